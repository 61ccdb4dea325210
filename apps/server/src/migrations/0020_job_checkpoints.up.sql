-- What a running job has finished so far, in parts: its next attempt goes on from there. Gone when the job ends.
CREATE TABLE quadrax.job_checkpoints (
  tenant_id uuid NOT NULL,
  job_id uuid NOT NULL,
  part bigint GENERATED ALWAYS AS IDENTITY,
  data jsonb NOT NULL,
  PRIMARY KEY (tenant_id, job_id, part),
  FOREIGN KEY (tenant_id, job_id) REFERENCES quadrax.jobs ON DELETE CASCADE
);
CALL quadrax.protect('quadrax.job_checkpoints');
GRANT SELECT, INSERT, DELETE ON quadrax.job_checkpoints TO quadrax_app, quadrax_system;
