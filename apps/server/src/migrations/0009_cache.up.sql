-- Whoever changes what cached reads are made of tells every process, in the transaction that changes it.
CREATE FUNCTION quadrax.notify_cache() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  PERFORM pg_notify('quadrax_cache',
    json_build_object('tenant', COALESCE(NEW.tenant_id, OLD.tenant_id), 'of', TG_ARGV[0])::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER datakits_cached AFTER INSERT OR UPDATE OR DELETE ON quadrax.datakits
  FOR EACH ROW EXECUTE FUNCTION quadrax.notify_cache('datakits');
CREATE TRIGGER datakit_versions_cached AFTER INSERT OR UPDATE OR DELETE ON quadrax.datakit_versions
  FOR EACH ROW EXECUTE FUNCTION quadrax.notify_cache('datakits');
CREATE TRIGGER models_cached AFTER INSERT OR UPDATE OR DELETE ON quadrax.models
  FOR EACH ROW EXECUTE FUNCTION quadrax.notify_cache('models');
CREATE TRIGGER model_versions_cached AFTER INSERT OR UPDATE OR DELETE ON quadrax.model_versions
  FOR EACH ROW EXECUTE FUNCTION quadrax.notify_cache('models');
CREATE TRIGGER deployments_cached AFTER INSERT OR UPDATE OR DELETE ON quadrax.deployments
  FOR EACH ROW EXECUTE FUNCTION quadrax.notify_cache('models');
