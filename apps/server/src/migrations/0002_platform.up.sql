-- Proof that processes which share this database share the object store: its folder holds the same id.
CREATE TABLE quadrax.installation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
INSERT INTO quadrax.installation (id) VALUES (gen_random_uuid());
GRANT SELECT ON quadrax.installation TO quadrax_system;

-- Every stored byte. `pending` until the transaction that makes it visible; its writer says whom it waits for.
CREATE TABLE quadrax.objects (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id uuid NOT NULL,
  category text NOT NULL CHECK (category IN ('uploads', 'cache', 'logs', 'models')),
  key text NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('pending', 'stored', 'deleted')),
  bytes bigint NOT NULL CHECK (bytes >= 0),
  sha256 text NOT NULL,
  writer uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX objects_unfinished ON quadrax.objects (state) WHERE state <> 'stored';
CALL quadrax.protect('quadrax.objects');
GRANT SELECT, INSERT, UPDATE ON quadrax.objects TO quadrax_app;
GRANT SELECT, UPDATE, DELETE ON quadrax.objects TO quadrax_system;

-- Processes of this installation. Each holds the advisory lock of its number while it lives.
CREATE SEQUENCE quadrax.worker_locks START WITH 88000000000001;
GRANT USAGE ON SEQUENCE quadrax.worker_locks TO quadrax_system;
CREATE TABLE quadrax.workers (
  id uuid PRIMARY KEY,
  lock bigint NOT NULL UNIQUE,
  host text NOT NULL,
  pid integer NOT NULL,
  started_at timestamptz(3) NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON quadrax.workers TO quadrax_system;

-- What people see of a job. Every write while it runs carries the attempt, so a stale writer changes nothing.
CREATE TABLE quadrax.jobs (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id uuid NOT NULL,
  kind text NOT NULL,
  status text NOT NULL CHECK (status IN ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  progress double precision NOT NULL DEFAULT 0 CHECK (progress >= 0 AND progress <= 1),
  stage text NOT NULL DEFAULT 'Waiting',
  eta_seconds double precision,
  attempt integer NOT NULL DEFAULT 1,
  deaths integer NOT NULL DEFAULT 0,
  worker uuid,
  -- The queue's message that this attempt was claimed by.
  message uuid,
  cancel_requested boolean NOT NULL DEFAULT false,
  subject_type text,
  subject_id uuid,
  payload jsonb NOT NULL,
  result jsonb,
  error jsonb,
  created_by uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX jobs_newest ON quadrax.jobs (tenant_id, created_at DESC, id DESC);
CREATE INDEX jobs_subject ON quadrax.jobs (tenant_id, subject_id);
CREATE INDEX jobs_waiting ON quadrax.jobs (kind, status) WHERE status IN ('QUEUED', 'RUNNING');
CREATE INDEX jobs_unfinished ON quadrax.jobs (worker) WHERE status = 'RUNNING';
CALL quadrax.protect('quadrax.jobs');
GRANT SELECT, INSERT, UPDATE ON quadrax.jobs TO quadrax_app, quadrax_system;

CREATE TABLE quadrax.job_logs (
  tenant_id uuid NOT NULL,
  job_id uuid NOT NULL,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  level text NOT NULL CHECK (level IN ('info', 'warn', 'error')),
  message text NOT NULL,
  PRIMARY KEY (tenant_id, job_id, sequence),
  FOREIGN KEY (tenant_id, job_id) REFERENCES quadrax.jobs ON DELETE CASCADE
);
CALL quadrax.protect('quadrax.job_logs');
GRANT SELECT, INSERT ON quadrax.job_logs TO quadrax_app, quadrax_system;

-- Answers kept for a day, so that a repeated create makes one thing.
CREATE TABLE quadrax.idempotency_keys (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  account_id uuid NOT NULL,
  key text NOT NULL,
  route text NOT NULL,
  body_hash text NOT NULL,
  worker uuid NOT NULL,
  status integer,
  reply jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, account_id, key)
);
CREATE INDEX idempotency_keys_unfinished ON quadrax.idempotency_keys (worker) WHERE status IS NULL;
CALL quadrax.protect('quadrax.idempotency_keys');
GRANT SELECT, INSERT, UPDATE, DELETE ON quadrax.idempotency_keys TO quadrax_app;
GRANT SELECT, DELETE ON quadrax.idempotency_keys TO quadrax_system;

-- Append-only: no role but the owner may update or delete.
CREATE TABLE quadrax.audit_log (
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id bigint GENERATED ALWAYS AS IDENTITY,
  account_id uuid,
  action text NOT NULL,
  resource_id uuid,
  address text NOT NULL,
  request_id text NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tenant_id, id)
);
CALL quadrax.protect('quadrax.audit_log');
GRANT SELECT, INSERT ON quadrax.audit_log TO quadrax_app;
GRANT SELECT, INSERT ON quadrax.audit_log TO quadrax_system;
