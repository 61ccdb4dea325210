DROP TABLE quadrax.job_checkpoints;
