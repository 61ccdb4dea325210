CREATE TABLE quadrax.models (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  type text NOT NULL,
  framework text NOT NULL,
  workstation_id uuid,
  latest_version integer,
  training_job_id uuid,
  training_failed boolean NOT NULL DEFAULT false,
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  deleted_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX models_newest ON quadrax.models (tenant_id, created_at DESC, id DESC);
CALL quadrax.protect('quadrax.models');
GRANT SELECT, INSERT, UPDATE ON quadrax.models TO quadrax_app;

CREATE TABLE quadrax.model_versions (
  tenant_id uuid NOT NULL,
  model_id uuid NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  job_id uuid NOT NULL,
  datakit_id uuid NOT NULL,
  datakit_version integer NOT NULL,
  algorithm text NOT NULL,
  target text NOT NULL,
  metrics jsonb NOT NULL,
  report jsonb NOT NULL,
  artifact_object uuid NOT NULL,
  duration_ms double precision NOT NULL,
  trained_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, model_id, version),
  -- One job makes one version, however often its process dies.
  UNIQUE (tenant_id, job_id),
  FOREIGN KEY (tenant_id, model_id) REFERENCES quadrax.models,
  FOREIGN KEY (tenant_id, datakit_id, datakit_version) REFERENCES quadrax.datakit_versions,
  FOREIGN KEY (tenant_id, artifact_object) REFERENCES quadrax.objects
);
CALL quadrax.protect('quadrax.model_versions');
GRANT SELECT, INSERT ON quadrax.model_versions TO quadrax_app;

CREATE TABLE quadrax.deployments (
  tenant_id uuid NOT NULL,
  model_id uuid NOT NULL,
  alias text NOT NULL,
  version integer NOT NULL,
  deployed_by uuid NOT NULL,
  deployed_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, model_id, alias),
  FOREIGN KEY (tenant_id, model_id, version) REFERENCES quadrax.model_versions
);
CALL quadrax.protect('quadrax.deployments');
GRANT SELECT, INSERT, UPDATE, DELETE ON quadrax.deployments TO quadrax_app;

CREATE FUNCTION quadrax.notify_deployment() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM pg_notify('quadrax_deployments', COALESCE(NEW.model_id, OLD.model_id)::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER deployments_changed AFTER INSERT OR UPDATE OR DELETE ON quadrax.deployments
  FOR EACH ROW EXECUTE FUNCTION quadrax.notify_deployment();
