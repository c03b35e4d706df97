-- Links that a living run accepted and is about to fetch; a run that made no look for ten minutes is taken for dead.
-- Runs of other kinds only hand links in.
CREATE VIEW ingest.taken AS
SELECT ra.address_id, ra.run_id
FROM ingest.run_address ra JOIN ingest.run r USING (run_id)
WHERE ra.outcome = 'waiting' AND r.ended_at IS NULL AND r.dag IN ('ingest_links', 'links', 'refresh_essays')
    AND (r.started_at > now() - interval '10 minutes' OR EXISTS (
        SELECT FROM ingest.fetch f WHERE f.run_id = r.run_id AND f.fetched_at > now() - interval '10 minutes'));
COMMENT ON VIEW ingest.taken IS 'Addresses that a run which goes on has accepted and not looked at yet';
GRANT SELECT ON ingest.taken TO essays_loader;
CREATE INDEX run_open ON ingest.run (run_id) WHERE ended_at IS NULL;
