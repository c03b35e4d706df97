-- What robots.txt says of a source is noted at each check, as it is at each look at a page.
ALTER TABLE ingest.source_check ADD COLUMN robots text CHECK (robots IN ('allowed', 'disallowed', 'unknown'));
COMMENT ON COLUMN ingest.source_check.robots IS 'What the host''s robots.txt said of the source''s own address; NULL for folders and for the operator''s own server. allowed: it may be fetched; disallowed: robots are asked not to; unknown: there was no telling';
