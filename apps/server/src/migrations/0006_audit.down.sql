DROP TRIGGER audit_chain ON quadrax.audit_log;
DROP FUNCTION quadrax.chain_audit();
DROP FUNCTION quadrax.audit_hash(bytea, quadrax.audit_log);
DROP FUNCTION quadrax.audit_field(text);
DROP TABLE quadrax.audit_heads;
DROP INDEX quadrax.audit_log_actor, quadrax.audit_log_resource, quadrax.audit_log_at;
ALTER TABLE quadrax.audit_log
  DROP COLUMN credential_id,
  DROP COLUMN before,
  DROP COLUMN after,
  DROP COLUMN hash;
-- Numbers go on above the highest of any tenant.
DO $$
DECLARE
  highest bigint;
BEGIN
  ALTER TABLE quadrax.audit_log NO FORCE ROW LEVEL SECURITY;
  SELECT COALESCE(max(id), 0) + 1 INTO highest FROM quadrax.audit_log;
  ALTER TABLE quadrax.audit_log FORCE ROW LEVEL SECURITY;
  EXECUTE format('ALTER TABLE quadrax.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (START WITH %s)', highest);
END
$$;
