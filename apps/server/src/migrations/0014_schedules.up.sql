-- What happens at set times, whichever process of the installation sees to it: the row is locked while it does.
CREATE TABLE quadrax.schedules (
  name text PRIMARY KEY,
  cron text NOT NULL,
  next_at timestamptz(3) NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON quadrax.schedules TO quadrax_system;

-- Each tick that was seen to: at most once.
CREATE TABLE quadrax.schedule_runs (
  name text NOT NULL REFERENCES quadrax.schedules,
  due_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  worker uuid NOT NULL,
  took_ms integer NOT NULL CHECK (took_ms >= 0),
  -- What it did, in numbers; null where it failed.
  figures jsonb,
  error text,
  PRIMARY KEY (name, due_at),
  CHECK ((figures IS NULL) <> (error IS NULL))
);
GRANT SELECT, INSERT, DELETE ON quadrax.schedule_runs TO quadrax_system;

GRANT DELETE ON quadrax.outbox TO quadrax_system;
CREATE INDEX idempotency_keys_oldest ON quadrax.idempotency_keys (created_at);
CREATE INDEX sessions_oldest ON auth.sessions (expires_at);
