-- A file that arrives in parts. Its bytes lie in an object that waits for the upload and not for a process: the
-- object's writer is the upload. `offset_bytes` of them are on the disk itself.
CREATE TABLE quadrax.uploads (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id uuid NOT NULL,
  -- null: what it became has the object now.
  object_id uuid,
  mode text NOT NULL CHECK (mode IN ('create', 'append', 'replace')),
  name text NOT NULL,
  description text NOT NULL,
  file_name text NOT NULL,
  bytes bigint NOT NULL CHECK (bytes > 0),
  sha256 text,
  offset_bytes bigint NOT NULL DEFAULT 0 CHECK (offset_bytes BETWEEN 0 AND bytes),
  -- The datakit that gets a further version; of a complete upload the one that it became.
  datakit_id uuid,
  datakit_version integer,
  -- The process that writes to it, and the request there: a writer that lost its turn has no say any more.
  writer uuid,
  turn uuid,
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  completed_at timestamptz(3),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, object_id) REFERENCES quadrax.objects,
  CHECK ((completed_at IS NULL) = (object_id IS NOT NULL))
);
CREATE INDEX uploads_expired ON quadrax.uploads (expires_at);
CREATE INDEX uploads_written ON quadrax.uploads (writer) WHERE writer IS NOT NULL;
CALL quadrax.protect('quadrax.uploads');
GRANT SELECT, INSERT, UPDATE, DELETE ON quadrax.uploads TO quadrax_app;
GRANT SELECT, UPDATE, DELETE ON quadrax.uploads TO quadrax_system;

-- What is deleted says by whom, and is removed for good when its time is over. A model outlives the data that it was
-- trained on: it names a version that may be gone.
ALTER TABLE quadrax.datakits ADD COLUMN deleted_by uuid;
ALTER TABLE quadrax.models ADD COLUMN deleted_by uuid;
CREATE INDEX datakits_deleted ON quadrax.datakits (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX models_deleted ON quadrax.models (deleted_at) WHERE deleted_at IS NOT NULL;
ALTER TABLE quadrax.model_versions DROP CONSTRAINT model_versions_tenant_id_datakit_id_datakit_version_fkey;
GRANT SELECT, UPDATE, DELETE ON quadrax.datakits, quadrax.models TO quadrax_system;
GRANT SELECT, DELETE ON quadrax.datakit_versions, quadrax.datakit_parents, quadrax.model_versions,
  quadrax.deployments TO quadrax_system;

-- What models tell of their data is out of date when that is gone.
CREATE TRIGGER datakits_gone AFTER DELETE ON quadrax.datakits
  FOR EACH ROW EXECUTE FUNCTION quadrax.notify_cache('models');
