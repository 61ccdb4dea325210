DROP TRIGGER accounts_changed ON auth.accounts;
CREATE TRIGGER accounts_changed AFTER UPDATE OF disabled_at, platform_administrator ON auth.accounts
  FOR EACH ROW EXECUTE FUNCTION auth.notify_change();
DROP TABLE auth.external_identities, auth.api_keys, auth.invitations, auth.reset_requests, auth.account_links;
CREATE OR REPLACE FUNCTION auth.notify_change() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  IF TG_TABLE_NAME = 'sessions' THEN
    PERFORM pg_notify('quadrax_identity', json_build_object('session', COALESCE(NEW.id, OLD.id))::text);
  ELSIF TG_TABLE_NAME = 'accounts' THEN
    PERFORM pg_notify('quadrax_identity', json_build_object('account', NEW.id)::text);
  ELSE
    PERFORM pg_notify('quadrax_identity', json_build_object('account', COALESCE(NEW.account_id, OLD.account_id))::text);
  END IF;
  RETURN NULL;
END
$$;
REVOKE UPDATE ON quadrax.idempotency_keys FROM quadrax_system;
ALTER TABLE auth.memberships DROP COLUMN deactivated_at;
ALTER TABLE auth.accounts DROP COLUMN email_verified_at;
-- A password that nobody has stands in for none.
UPDATE auth.accounts SET password_hash = '!' WHERE password_hash IS NULL;
ALTER TABLE auth.accounts ALTER COLUMN password_hash SET NOT NULL;
