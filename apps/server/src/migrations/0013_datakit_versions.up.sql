-- How a version came about: by whom, by what recipe, with what remarks. One that was made here has no original file.
ALTER TABLE quadrax.datakit_versions
  ADD COLUMN made text NOT NULL DEFAULT 'uploaded'
    CHECK (made IN ('uploaded', 'sample', 'transformed', 'appended', 'replaced', 'predicted')),
  ADD COLUMN created_by uuid,
  ADD COLUMN recipe jsonb,
  ADD COLUMN notes jsonb NOT NULL DEFAULT '[]',
  ALTER COLUMN original_object DROP NOT NULL;

-- The owner is bound by row security too, and there is no tenant here: it is lifted for these rows.
ALTER TABLE quadrax.datakits NO FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.datakit_versions NO FORCE ROW LEVEL SECURITY;
UPDATE quadrax.datakit_versions v
SET created_by = d.created_by, made = CASE WHEN d.sample IS NULL THEN 'uploaded' ELSE 'sample' END
FROM quadrax.datakits d
WHERE d.tenant_id = v.tenant_id AND d.id = v.datakit_id;
ALTER TABLE quadrax.datakits FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.datakit_versions FORCE ROW LEVEL SECURITY;
ALTER TABLE quadrax.datakit_versions ALTER COLUMN created_by SET NOT NULL, ALTER COLUMN made DROP DEFAULT;

-- What a version was made of. A parent is never removed, so no key leads to it: it may be of another kind.
CREATE TABLE quadrax.datakit_parents (
  tenant_id uuid NOT NULL,
  datakit_id uuid NOT NULL,
  version integer NOT NULL,
  parent_kind text NOT NULL CHECK (parent_kind IN ('datakit', 'model')),
  parent_id uuid NOT NULL,
  parent_version integer NOT NULL,
  PRIMARY KEY (tenant_id, datakit_id, version, parent_kind, parent_id, parent_version),
  FOREIGN KEY (tenant_id, datakit_id, version) REFERENCES quadrax.datakit_versions
);
CREATE INDEX datakit_parents_children ON quadrax.datakit_parents (tenant_id, parent_id, parent_version);
CALL quadrax.protect('quadrax.datakit_parents');
GRANT SELECT, INSERT ON quadrax.datakit_parents TO quadrax_app;

-- Lineage asks which models were trained on a version.
CREATE INDEX model_versions_datakit ON quadrax.model_versions (tenant_id, datakit_id, datakit_version);
