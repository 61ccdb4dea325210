-- A workspace can be renamed, by whoever has read its present name. Every process drops what it knows of it.
ALTER TABLE auth.tenants ADD COLUMN updated_at timestamptz(3) NOT NULL DEFAULT now();
CREATE FUNCTION auth.notify_tenant() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM pg_notify('quadrax_identity', json_build_object('tenant', NEW.tenant_id)::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER tenants_renamed AFTER UPDATE OF name ON auth.tenants
  FOR EACH ROW EXECUTE FUNCTION auth.notify_tenant();

-- Who asked for a new password, for the audit log of the account that turns out to be meant.
ALTER TABLE auth.reset_requests
  ADD COLUMN address text NOT NULL DEFAULT '',
  ADD COLUMN request_id text NOT NULL DEFAULT '';
