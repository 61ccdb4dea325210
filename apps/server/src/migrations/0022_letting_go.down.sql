DROP INDEX quadrax.model_traffic_oldest;
DROP INDEX quadrax.jobs_ended;
REVOKE SELECT, DELETE ON quadrax.model_traffic FROM quadrax_system;
REVOKE DELETE ON quadrax.jobs FROM quadrax_system;
ALTER TABLE quadrax.jobs DROP COLUMN repeatable;
