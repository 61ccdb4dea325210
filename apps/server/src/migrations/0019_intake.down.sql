DROP TRIGGER datakits_gone ON quadrax.datakits;
REVOKE SELECT, DELETE ON quadrax.datakit_versions, quadrax.datakit_parents, quadrax.model_versions,
  quadrax.deployments FROM quadrax_system;
REVOKE SELECT, UPDATE, DELETE ON quadrax.datakits, quadrax.models FROM quadrax_system;
-- Versions of models whose data is gone keep no key to hold: new ones are held again.
ALTER TABLE quadrax.model_versions ADD CONSTRAINT model_versions_tenant_id_datakit_id_datakit_version_fkey
  FOREIGN KEY (tenant_id, datakit_id, datakit_version) REFERENCES quadrax.datakit_versions NOT VALID;
DROP INDEX quadrax.models_deleted;
DROP INDEX quadrax.datakits_deleted;
ALTER TABLE quadrax.models DROP COLUMN deleted_by;
ALTER TABLE quadrax.datakits DROP COLUMN deleted_by;
DROP TABLE quadrax.uploads;
