-- A tenant's share of the workers: whoever changes how many of its jobs run or are about to locks this row first.
CREATE TABLE quadrax.job_shares (
  tenant_id uuid PRIMARY KEY REFERENCES auth.tenants,
  locked_at timestamptz(3) NOT NULL DEFAULT now()
);
CALL quadrax.protect('quadrax.job_shares');
GRANT SELECT, INSERT, UPDATE ON quadrax.job_shares TO quadrax_app, quadrax_system;

-- What a queued job waits for: a free worker (its message is in the queue), its tenant's share, or a newer program.
ALTER TABLE quadrax.jobs
  ADD COLUMN waits_for text NOT NULL DEFAULT 'worker' CHECK (waits_for IN ('worker', 'share', 'upgrade'));
CREATE INDEX jobs_of_share ON quadrax.jobs (tenant_id)
  WHERE status = 'RUNNING' OR (status = 'QUEUED' AND waits_for = 'worker');
CREATE INDEX jobs_parked ON quadrax.jobs (tenant_id, created_at, id)
  WHERE status = 'QUEUED' AND waits_for <> 'worker';

-- Locks a tenant's share for the rest of the transaction and counts what is taken of it, one job left aside: jobs that
-- run, and jobs that were called. The count is a statement of its own: it sees what the last holder committed.
CREATE FUNCTION quadrax.lock_job_share(tenant uuid, other_than uuid) RETURNS TABLE (running integer, called integer)
  LANGUAGE plpgsql VOLATILE
  AS $$
BEGIN
  INSERT INTO quadrax.job_shares (tenant_id) VALUES (tenant)
    ON CONFLICT (tenant_id) DO UPDATE SET locked_at = now();
  RETURN QUERY
    SELECT (count(*) FILTER (WHERE j.status = 'RUNNING'))::integer,
           (count(*) FILTER (WHERE j.status = 'QUEUED'))::integer
    FROM quadrax.jobs j
    WHERE j.tenant_id = tenant AND j.id IS DISTINCT FROM other_than
      AND (j.status = 'RUNNING' OR (j.status = 'QUEUED' AND j.waits_for = 'worker'));
END
$$;
