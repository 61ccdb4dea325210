DROP TRIGGER deployments_cached ON quadrax.deployments;
DROP TRIGGER model_versions_cached ON quadrax.model_versions;
DROP TRIGGER models_cached ON quadrax.models;
DROP TRIGGER datakit_versions_cached ON quadrax.datakit_versions;
DROP TRIGGER datakits_cached ON quadrax.datakits;
DROP FUNCTION quadrax.notify_cache();
