-- The audit log as a chain: a row's hash covers the row and the hash of the one before it in its tenant, so that a row
-- that was changed, taken out or put in shows. Numbers run without a gap; the head says where the chain ends.
CREATE TABLE quadrax.audit_heads (
  tenant_id uuid PRIMARY KEY REFERENCES auth.tenants,
  last_id bigint NOT NULL,
  last_hash bytea NOT NULL
);
CALL quadrax.protect('quadrax.audit_heads');
-- Nobody but the function below writes it, which runs as the owner.
CREATE POLICY chain ON quadrax.audit_heads TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON quadrax.audit_heads TO quadrax_app, quadrax_system;

ALTER TABLE quadrax.audit_log
  ALTER COLUMN id DROP IDENTITY,
  ADD COLUMN credential_id uuid,
  ADD COLUMN before jsonb,
  ADD COLUMN after jsonb,
  ADD COLUMN hash bytea;

-- Fields with their lengths, so that no two rows have one text.
CREATE FUNCTION quadrax.audit_field(field text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN field IS NULL THEN '-' ELSE octet_length(field)::text || ':' || field END $$;

CREATE FUNCTION quadrax.audit_hash(previous bytea, entry quadrax.audit_log) RETURNS bytea
  LANGUAGE sql STABLE PARALLEL SAFE
  AS $$
    SELECT sha256(previous || convert_to(concat(
      quadrax.audit_field(entry.tenant_id::text),
      quadrax.audit_field(entry.id::text),
      quadrax.audit_field(to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      quadrax.audit_field(entry.account_id::text),
      quadrax.audit_field(entry.credential_id::text),
      quadrax.audit_field(entry.action),
      quadrax.audit_field(entry.resource_id::text),
      quadrax.audit_field(entry.address),
      quadrax.audit_field(entry.request_id),
      quadrax.audit_field(entry.before::text),
      quadrax.audit_field(entry.after::text)), 'UTF8'))
  $$;

CREATE FUNCTION quadrax.chain_audit() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $$
DECLARE
  head quadrax.audit_heads;
BEGIN
  INSERT INTO quadrax.audit_heads (tenant_id, last_id, last_hash) VALUES (NEW.tenant_id, 0, '')
    ON CONFLICT (tenant_id) DO NOTHING;
  SELECT * INTO STRICT head FROM quadrax.audit_heads WHERE tenant_id = NEW.tenant_id FOR UPDATE;
  NEW.id := head.last_id + 1;
  NEW.hash := quadrax.audit_hash(head.last_hash, NEW);
  UPDATE quadrax.audit_heads SET last_id = NEW.id, last_hash = NEW.hash WHERE tenant_id = NEW.tenant_id;
  RETURN NEW;
END
$$;
CREATE TRIGGER audit_chain BEFORE INSERT ON quadrax.audit_log
  FOR EACH ROW EXECUTE FUNCTION quadrax.chain_audit();

-- What was written before this migration begins each chain, in its order and under new numbers.
ALTER TABLE quadrax.audit_log NO FORCE ROW LEVEL SECURITY;
CREATE TEMPORARY TABLE earlier ON COMMIT DROP AS SELECT * FROM quadrax.audit_log;
DELETE FROM quadrax.audit_log;
INSERT INTO quadrax.audit_log SELECT * FROM earlier ORDER BY tenant_id, id;
ALTER TABLE quadrax.audit_log FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.audit_log ALTER COLUMN hash SET NOT NULL;

CREATE INDEX audit_log_actor ON quadrax.audit_log (tenant_id, account_id, id DESC);
CREATE INDEX audit_log_resource ON quadrax.audit_log (tenant_id, resource_id, id DESC);
CREATE INDEX audit_log_at ON quadrax.audit_log (tenant_id, at DESC);
