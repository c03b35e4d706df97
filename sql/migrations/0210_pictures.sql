CREATE TABLE ingest.picture (
    sha256 bytea PRIMARY KEY,
    media_type text NOT NULL,
    size integer NOT NULL CHECK (size > 0),
    bytes bytea NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE ingest.picture ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE ingest.picture IS 'Bytes of pictures by their digest, as they came; media_type is what the bytes are, whatever the server said';

CREATE TABLE ingest.picture_address (
    url text PRIMARY KEY CHECK (length(url) <= 2000),
    host text NOT NULL,
    referer text,
    sha256 bytea REFERENCES ingest.picture,
    state text,
    reason text,
    tries integer NOT NULL DEFAULT 0,
    due_at timestamptz DEFAULT now(),
    looked_at timestamptz
);
COMMENT ON TABLE ingest.picture_address IS 'Addresses of pictures that are kept: due_at is the next look, or the end of the lease of the one under way; NULL when nothing is left to do';
CREATE INDEX picture_address_due ON ingest.picture_address (host, due_at) WHERE due_at IS NOT NULL;

GRANT SELECT, INSERT ON ingest.picture TO essays_loader;
GRANT SELECT, INSERT, UPDATE ON ingest.picture_address TO essays_loader;
