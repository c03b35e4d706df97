ALTER TABLE ingest.host ADD COLUMN robots text;
ALTER TABLE ingest.host ADD COLUMN robots_asked_at timestamptz;
ALTER TABLE ingest.host ADD COLUMN crawl_delay real CHECK (crawl_delay >= 0);
COMMENT ON COLUMN ingest.host.robots IS 'Its robots.txt when it was asked for last; empty when it has none, NULL when it can''t be told';
COMMENT ON COLUMN ingest.host.crawl_delay IS 'Least seconds between two requests that its robots.txt asks for';
ALTER TABLE ingest.fetch ADD COLUMN robots text CHECK (robots IN ('allowed', 'disallowed', 'unknown'));
COMMENT ON COLUMN ingest.fetch.robots IS 'What the host''s robots.txt said of the address when it was asked; NULL when no network was';
CREATE INDEX address_host_due ON ingest.address (host, due_at) WHERE due_at IS NOT NULL;
