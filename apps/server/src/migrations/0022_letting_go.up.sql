-- Whether what a job was asked is still there, so that it can be run again.
ALTER TABLE quadrax.jobs ADD COLUMN repeatable boolean NOT NULL DEFAULT true;

-- Calls that jobs have answered, and counts of what models were asked, are let go of when their time is over.
GRANT DELETE ON quadrax.jobs TO quadrax_system;
GRANT SELECT, DELETE ON quadrax.model_traffic TO quadrax_system;
CREATE INDEX jobs_ended ON quadrax.jobs (kind, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX model_traffic_oldest ON quadrax.model_traffic (hour);
