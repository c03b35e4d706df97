CREATE TABLE ingest.source (
    slug text PRIMARY KEY CHECK (slug ~ '^[a-z0-9][a-z0-9:._-]*$' OR slug LIKE 'seed:%'),
    kind text NOT NULL CHECK (kind IN ('seed', 'files', 'links', 'feed', 'album', 'sitemap', 'folder')),
    url text,
    config jsonb NOT NULL DEFAULT '{}',
    etag text,
    body_sha bytea,
    next_at timestamptz,
    paused boolean NOT NULL DEFAULT false,
    added_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ingest.source IS 'Where documents are found: a seed corpus, files handed in, pasted links, a feed';

CREATE TABLE ingest.run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    label text NOT NULL UNIQUE,
    dag text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
COMMENT ON TABLE ingest.run IS 'One run of a DAG or a command; the label is the same when a task is tried again';

CREATE TABLE ingest.host (
    host text PRIMARY KEY,
    next_at timestamptz,
    breaker_until timestamptz,
    failures integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE ingest.host IS 'Politeness of all workers together: when a host may be asked again';

CREATE TABLE ingest.address (
    address_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE CHECK (length(key) <= 2000),
    site text,
    url text,
    host text,
    document_id bigint,
    state text,
    due_at timestamptz,
    tries integer NOT NULL DEFAULT 0,
    lease_owner text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    found_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ingest.address IS 'Where an essay is or was: a link, a file handed in, a file of a seed corpus';
CREATE INDEX address_document ON ingest.address (document_id);
CREATE INDEX address_url ON ingest.address (url);
CREATE INDEX address_due ON ingest.address (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE ingest.submission (
    submission_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES ingest.run,
    submitted_by text,
    note text,
    tags text[] NOT NULL DEFAULT '{}',
    text_sha bytea,
    submitted_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ingest.submission IS 'Who handed in what, with which words';

CREATE TABLE ingest.snapshot (
    sha256 bytea PRIMARY KEY CHECK (length(sha256) = 32),
    codec text NOT NULL CHECK (codec IN ('zstd')),
    size bigint NOT NULL,
    bytes bytea,
    stored_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE ingest.snapshot ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE ingest.snapshot IS 'Bytes as they were looked at, secrets taken out; size is unpacked';

CREATE TABLE ingest.fetch (
    fetch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address_id bigint NOT NULL REFERENCES ingest.address,
    run_id bigint NOT NULL REFERENCES ingest.run,
    fence bigint NOT NULL DEFAULT 0,
    fetched_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz,
    how text NOT NULL CHECK (how IN ('network', 'handed_in', 'seed', 'feed')),
    origin text,
    http_status integer,
    reader text,
    readers text,
    state text NOT NULL,
    reason text,
    sha256 bytea REFERENCES ingest.snapshot
);
COMMENT ON TABLE ingest.fetch IS 'One look at an address, over the network or at a file; seen_at is when the server made the page, readers the digest of all readers that this program had';
CREATE INDEX fetch_address ON ingest.fetch (address_id, fetch_id);
CREATE INDEX fetch_run ON ingest.fetch (run_id, origin);
CREATE INDEX fetch_snapshot ON ingest.fetch (sha256);
CREATE INDEX fetch_origin ON ingest.fetch (origin);

CREATE TABLE ingest.run_address (
    run_id bigint NOT NULL REFERENCES ingest.run,
    address_id bigint NOT NULL REFERENCES ingest.address,
    outcome text NOT NULL CHECK (outcome IN ('fetched', 'already_settled', 'same_document', 'refused', 'waiting',
                                             'no_address')),
    state text,
    until timestamptz,
    why text,
    repeats integer NOT NULL DEFAULT 0,
    looks integer NOT NULL DEFAULT 0,
    fetch_id bigint REFERENCES ingest.fetch,
    PRIMARY KEY (run_id, address_id)
);
COMMENT ON TABLE ingest.run_address IS 'What became of an address in a run; repeats counts further mentions in the same run, looks the rows of fetch';
CREATE INDEX run_address_address ON ingest.run_address (address_id);

GRANT SELECT, INSERT, UPDATE ON ingest.source, ingest.run, ingest.host, ingest.address, ingest.run_address
    TO essays_loader;
GRANT SELECT, INSERT ON ingest.submission, ingest.snapshot, ingest.fetch TO essays_loader;
