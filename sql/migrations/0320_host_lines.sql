-- Lines that stand on many pages of a host are the host's: what its pages so far are remembered by.
CREATE TABLE ingest.host_line (
    host text NOT NULL,
    line bigint NOT NULL,
    texts integer NOT NULL DEFAULT 0 CHECK (texts >= 0),
    documents bigint[] NOT NULL DEFAULT '{}',
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (host, line)
) WITH (fillfactor = 80);  -- no other index: what is counted is updated in its place
COMMENT ON TABLE ingest.host_line IS 'Lines of the pages of a host, by which its chrome is told. Rare ones that were not seen for long are forgotten';
COMMENT ON COLUMN ingest.host_line.host IS 'The host that the pages are of';
COMMENT ON COLUMN ingest.host_line.line IS 'The first 64 bits of the SHA-256 of the folded line; 0 is the row that whoever stores pages of the host holds';
COMMENT ON COLUMN ingest.host_line.texts IS 'Distinct texts that it stood in, when their pages were read first; copies of one text count once';
COMMENT ON COLUMN ingest.host_line.documents IS 'Documents that were read with it at an edge before it was known to recur; emptied when they are read again';
COMMENT ON COLUMN ingest.host_line.last_seen_at IS 'When it was met last in a page that was new';
ALTER TABLE ingest.document ADD COLUMN counted_host text;
COMMENT ON COLUMN ingest.document.counted_host IS 'Host whose lines its page was counted among, once and for all; NULL when it never was';
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.host_line TO essays_loader;
