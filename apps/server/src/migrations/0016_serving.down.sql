DROP TABLE quadrax.model_traffic;
DROP FUNCTION quadrax.add_counts(double precision[], double precision[]);
ALTER TABLE quadrax.model_versions DROP COLUMN reference;
ALTER TABLE quadrax.deployments DROP COLUMN canary_version, DROP COLUMN canary_share;
