DROP INDEX quadrax.model_versions_datakit;
DROP TABLE quadrax.datakit_parents;
ALTER TABLE quadrax.datakit_versions NO FORCE ROW LEVEL SECURITY;
-- A version that was made here is told as an upload of its table; one that failed before it had a table has no object
-- to name, and nothing was ever made of it.
UPDATE quadrax.datakit_versions SET original_object = table_object WHERE original_object IS NULL;
ALTER TABLE quadrax.datakits NO FORCE ROW LEVEL SECURITY;
DELETE FROM quadrax.datakit_versions WHERE original_object IS NULL;
DELETE FROM quadrax.datakits d WHERE NOT EXISTS (
  SELECT 1 FROM quadrax.datakit_versions v WHERE v.tenant_id = d.tenant_id AND v.datakit_id = d.id);
ALTER TABLE quadrax.datakits FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.datakit_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.datakit_versions
  ALTER COLUMN original_object SET NOT NULL,
  DROP COLUMN made,
  DROP COLUMN created_by,
  DROP COLUMN recipe,
  DROP COLUMN notes;
