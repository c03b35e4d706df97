-- Bytes that say nothing new need not be kept; their digest is.
GRANT UPDATE (bytes) ON ingest.snapshot TO essays_loader;

-- Kept bytes are looked at again by a newer reader.
ALTER TABLE ingest.fetch DROP CONSTRAINT fetch_how_check;
ALTER TABLE ingest.fetch ADD CONSTRAINT fetch_how_check CHECK (how IN ('network', 'handed_in', 'seed', 'feed', 'reread'));
CREATE INDEX fetch_network ON ingest.fetch (address_id, fetched_at) WHERE how = 'network';
