DROP TABLE quadrax.deployments;
DROP FUNCTION quadrax.notify_deployment();
DROP TABLE quadrax.model_versions;
DROP TABLE quadrax.models;
