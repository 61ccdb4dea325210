-- Mails, queued in the transaction that they tell of. `waiting` ones are sent by whichever process claims them first;
-- with no mail server configured they are `kept` for an administrator to read. A mail may hold a link that opens an
-- account: the application's login writes here and reads nothing.
CREATE TABLE quadrax.outbox (
  -- The recipient's home tenant.
  tenant_id uuid NOT NULL REFERENCES auth.tenants,
  id uuid NOT NULL UNIQUE,
  kind text NOT NULL,
  recipient text NOT NULL CHECK (recipient !~ '[[:cntrl:]]'),
  subject text NOT NULL CHECK (subject !~ '[[:cntrl:]]'),
  body_text text NOT NULL,
  body_html text NOT NULL,
  state text NOT NULL CHECK (state IN ('kept', 'waiting', 'sent', 'failed')),
  -- Counts up when a person sends it again: each round goes out under a Message-ID of its own.
  round integer NOT NULL DEFAULT 1,
  -- Within the round.
  attempts integer NOT NULL DEFAULT 0,
  -- While a process sends it: when its claim ends.
  next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
  worker uuid,
  last_error text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  sent_at timestamptz(3),
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_newest ON quadrax.outbox (created_at DESC, id DESC);
CREATE INDEX outbox_due ON quadrax.outbox (next_attempt_at) WHERE state = 'waiting';
CALL quadrax.protect('quadrax.outbox');
GRANT INSERT ON quadrax.outbox TO quadrax_app;
GRANT SELECT, INSERT, UPDATE ON quadrax.outbox TO quadrax_system;
