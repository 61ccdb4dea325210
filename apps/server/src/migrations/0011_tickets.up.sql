-- Tickets that opened a WebSocket: each is good for one, in whichever process. Kept a little longer than they are good.
CREATE TABLE quadrax.used_tickets (
  id text PRIMARY KEY,
  used_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX used_tickets_at ON quadrax.used_tickets (used_at);
GRANT SELECT, INSERT, DELETE ON quadrax.used_tickets TO quadrax_system;
