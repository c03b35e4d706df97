ALTER TABLE ingest.host ADD COLUMN paused boolean NOT NULL DEFAULT false;
ALTER TABLE ingest.host ADD COLUMN spacing real NOT NULL DEFAULT 6 CHECK (spacing >= 0);
COMMENT ON COLUMN ingest.host.spacing IS 'Least seconds between two requests, of all workers together';
ALTER TABLE ingest.address ADD COLUMN etag text;
ALTER TABLE ingest.address ADD COLUMN last_modified text;
ALTER TABLE ingest.fetch ADD COLUMN final_url text;
ALTER TABLE ingest.submission ADD COLUMN addresses bigint[] NOT NULL DEFAULT '{}';
