DROP INDEX auth.sessions_oldest;
DROP INDEX quadrax.idempotency_keys_oldest;
REVOKE DELETE ON quadrax.outbox FROM quadrax_system;
DROP TABLE quadrax.schedule_runs;
DROP TABLE quadrax.schedules;
