DROP TABLE quadrax.audit_log;
DROP TABLE quadrax.idempotency_keys;
DROP TABLE quadrax.job_logs;
DROP TABLE quadrax.jobs;
DROP TABLE quadrax.workers;
DROP SEQUENCE quadrax.worker_locks;
DROP TABLE quadrax.objects;
DROP TABLE quadrax.installation;
