-- A turn at a host is a lease: nobody else asks it meanwhile, and the spacing counts from the request and not from the claim.
ALTER TABLE ingest.host ADD COLUMN turn_until timestamptz;
ALTER TABLE ingest.host ADD COLUMN fence bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest.host.turn_until IS 'Until when a worker has the turn to ask it; NULL when nobody has';
COMMENT ON COLUMN ingest.host.fence IS 'Counts the turns: a worker that comes back late gives back no turn but its own';
