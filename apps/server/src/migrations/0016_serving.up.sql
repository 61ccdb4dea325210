-- A version on trial beside the one that an alias serves, and the percentage of requests that it gets.
ALTER TABLE quadrax.deployments
  ADD COLUMN canary_version integer,
  ADD COLUMN canary_share double precision CHECK (canary_share BETWEEN 0 AND 100),
  ADD CONSTRAINT deployments_canary_whole CHECK ((canary_version IS NULL) = (canary_share IS NULL)),
  ADD CONSTRAINT deployments_canary_other CHECK (canary_version <> version),
  ADD CONSTRAINT deployments_canary_version FOREIGN KEY (tenant_id, model_id, canary_version)
    REFERENCES quadrax.model_versions;

-- How the values that a version was trained on are spread, and what it predicts for them.
ALTER TABLE quadrax.model_versions ADD COLUMN reference jsonb;

-- What a version was asked in an hour. `latency` counts requests by the time they took, `tally` rows by the cells of
-- the version's reference (empty where it has none); both are added to, position by position.
CREATE TABLE quadrax.model_traffic (
  tenant_id uuid NOT NULL,
  model_id uuid NOT NULL,
  version integer NOT NULL,
  hour timestamptz(3) NOT NULL,
  requests bigint NOT NULL,
  errors bigint NOT NULL,
  rows bigint NOT NULL,
  latency double precision[] NOT NULL,
  tally double precision[] NOT NULL,
  PRIMARY KEY (tenant_id, model_id, version, hour),
  FOREIGN KEY (tenant_id, model_id, version) REFERENCES quadrax.model_versions ON DELETE CASCADE
);
CALL quadrax.protect('quadrax.model_traffic');
GRANT SELECT, INSERT, UPDATE ON quadrax.model_traffic TO quadrax_app;

CREATE FUNCTION quadrax.add_counts(before double precision[], more double precision[]) RETURNS double precision[]
  LANGUAGE sql
  IMMUTABLE
  RETURN ARRAY(
    SELECT COALESCE(b, 0) + COALESCE(m, 0) FROM unnest(before, more) WITH ORDINALITY AS pairs(b, m, i) ORDER BY i
  );
