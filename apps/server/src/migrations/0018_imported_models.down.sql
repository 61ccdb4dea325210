ALTER TABLE quadrax.deployments NO FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.model_versions NO FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.models NO FORCE ROW LEVEL SECURITY;
-- What was imported cannot be told without its format: such models are drafts again.
DELETE FROM quadrax.deployments d USING quadrax.model_versions v
  WHERE v.format = 'onnx' AND v.tenant_id = d.tenant_id AND v.model_id = d.model_id;
UPDATE quadrax.models m SET latest_version = NULL FROM quadrax.model_versions v
  WHERE v.format = 'onnx' AND v.tenant_id = m.tenant_id AND v.model_id = m.id;
DELETE FROM quadrax.model_versions WHERE format = 'onnx';
ALTER TABLE quadrax.models FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.model_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.deployments FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.model_versions
  DROP CONSTRAINT model_versions_trained,
  DROP COLUMN format,
  ALTER COLUMN job_id SET NOT NULL,
  ALTER COLUMN datakit_id SET NOT NULL,
  ALTER COLUMN datakit_version SET NOT NULL;
