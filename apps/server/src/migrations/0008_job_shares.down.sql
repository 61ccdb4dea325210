DROP FUNCTION quadrax.lock_job_share;
DROP INDEX quadrax.jobs_parked;
DROP INDEX quadrax.jobs_of_share;
ALTER TABLE quadrax.jobs DROP COLUMN waits_for;
DROP TABLE quadrax.job_shares;
