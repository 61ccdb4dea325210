CREATE TABLE quadrax.datakits (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id uuid NOT NULL,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  sample text,
  version integer NOT NULL DEFAULT 1,
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  deleted_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX datakits_newest ON quadrax.datakits (tenant_id, created_at DESC, id DESC);
CALL quadrax.protect('quadrax.datakits');
GRANT SELECT, INSERT, UPDATE ON quadrax.datakits TO quadrax_app;

CREATE TABLE quadrax.datakit_versions (
  tenant_id uuid NOT NULL,
  datakit_id uuid NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  status text NOT NULL CHECK (status IN ('PROCESSING', 'READY', 'FAILED')),
  format text NOT NULL,
  file_name text NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 text NOT NULL,
  original_object uuid NOT NULL,
  table_object uuid,
  intake jsonb NOT NULL,
  rows bigint,
  columns jsonb NOT NULL DEFAULT '[]',
  profile jsonb,
  job_id uuid NOT NULL,
  error text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, datakit_id, version),
  FOREIGN KEY (tenant_id, datakit_id) REFERENCES quadrax.datakits,
  FOREIGN KEY (tenant_id, original_object) REFERENCES quadrax.objects,
  FOREIGN KEY (tenant_id, table_object) REFERENCES quadrax.objects
);
CALL quadrax.protect('quadrax.datakit_versions');
GRANT SELECT, INSERT, UPDATE ON quadrax.datakit_versions TO quadrax_app;
