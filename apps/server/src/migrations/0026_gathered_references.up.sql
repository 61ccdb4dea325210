-- What an imported version is compared with: its first predictions. `parts` holds those that came so far, as JSON, until
-- `rows` of them are enough; then they are gone, and `reference` says how they are spread. What is never enough goes with
-- the counts of that time.
CREATE TABLE quadrax.gathered_references (
  tenant_id uuid NOT NULL,
  model_id uuid NOT NULL,
  version integer NOT NULL,
  rows integer NOT NULL DEFAULT 0,
  parts text[] NOT NULL DEFAULT '{}',
  reference jsonb,
  begun_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, model_id, version),
  FOREIGN KEY (tenant_id, model_id, version) REFERENCES quadrax.model_versions ON DELETE CASCADE
);
CALL quadrax.protect('quadrax.gathered_references');
GRANT SELECT, INSERT, UPDATE ON quadrax.gathered_references TO quadrax_app;
GRANT SELECT, DELETE ON quadrax.gathered_references TO quadrax_system;
