-- A version that was imported has no training: no job, no datakit.
ALTER TABLE quadrax.model_versions
  ADD COLUMN format text NOT NULL DEFAULT 'quadrax' CHECK (format IN ('quadrax', 'onnx')),
  ALTER COLUMN job_id DROP NOT NULL,
  ALTER COLUMN datakit_id DROP NOT NULL,
  ALTER COLUMN datakit_version DROP NOT NULL,
  ADD CONSTRAINT model_versions_trained CHECK (
    format <> 'quadrax' OR (job_id IS NOT NULL AND datakit_id IS NOT NULL AND datakit_version IS NOT NULL));
