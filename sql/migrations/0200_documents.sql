CREATE TABLE ingest.account (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL
);
COMMENT ON TABLE ingest.account IS 'Who publishes on a site';

CREATE TABLE ingest.account_key (
    site text NOT NULL,
    key text NOT NULL,
    account_id bigint NOT NULL REFERENCES ingest.account,
    PRIMARY KEY (site, key)
);
COMMENT ON TABLE ingest.account_key IS 'The identifiers that a site has given to an account';
CREATE INDEX account_key_account ON ingest.account_key (account_id);

CREATE TABLE ingest.work (
    work_id bigint PRIMARY KEY,
    best_document_id bigint NOT NULL,
    copy_count integer NOT NULL CHECK (copy_count > 0),
    has_original boolean NOT NULL,
    is_listed boolean NOT NULL
);
COMMENT ON TABLE ingest.work IS 'A distinct work and its best copy; not listed when it is only excerpts of a stored essay';

CREATE TABLE ingest.work_was (
    old_id bigint PRIMARY KEY,
    work_id bigint NOT NULL
);
COMMENT ON TABLE ingest.work_was IS 'Works that became part of another, so that their numbers still resolve';

CREATE TABLE ingest.document (
    document_id bigint PRIMARY KEY CHECK (document_id BETWEEN 0 AND (1::bigint << 52) - 1),
    key text NOT NULL UNIQUE,
    site text,
    native_id text,
    corpus text NOT NULL CHECK (corpus IN ('seed', 'ingested')),
    found_by text NOT NULL REFERENCES ingest.source,
    obtained text NOT NULL CHECK (obtained IN ('fetched', 'handed_in', 'feed', 'seed')),
    completeness text NOT NULL CHECK (completeness IN ('full', 'preview', 'excerpt')),
    role text NOT NULL CHECK (role IN ('original', 'reprint', 'repost', 'unknown')),
    url text,
    availability text NOT NULL DEFAULT 'unknown'
        CHECK (availability IN ('unknown', 'available', 'deleted_by_author', 'violation', 'account_gone')),
    current_revision_id bigint,
    work_id bigint REFERENCES ingest.work,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site, native_id)
);
COMMENT ON TABLE ingest.document IS 'Every stored copy, excerpt and repost; its number is 52 bits of the hash of its key';
CREATE INDEX document_work ON ingest.document (work_id);
CREATE INDEX document_found_by ON ingest.document (found_by);
ALTER TABLE ingest.address ADD FOREIGN KEY (document_id) REFERENCES ingest.document;
ALTER TABLE ingest.work ADD FOREIGN KEY (best_document_id) REFERENCES ingest.document;

CREATE TABLE ingest.seed_file (
    corpus text NOT NULL,
    path text NOT NULL,
    document_id bigint REFERENCES ingest.document,
    sha256 bytea NOT NULL,
    missing_since timestamptz,
    PRIMARY KEY (corpus, path)
);
COMMENT ON TABLE ingest.seed_file IS 'The files of a seed corpus, and since when one is missing';
CREATE INDEX seed_file_sha ON ingest.seed_file (corpus, sha256);
CREATE INDEX seed_file_document ON ingest.seed_file (document_id);

CREATE TABLE ingest.revision (
    revision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    document_id bigint NOT NULL REFERENCES ingest.document,
    number integer NOT NULL,
    cause text NOT NULL
        CHECK (cause IN ('first', 'publisher_edit', 'reader_change', 'better_evidence', 'reviewed')),
    fetch_id bigint NOT NULL REFERENCES ingest.fetch,
    reader text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('listed', 'reduced', 'whole')),
    content_sha bytea NOT NULL,
    fold_sha bytea,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    account_id bigint REFERENCES ingest.account,
    account text,
    author text,
    title text,
    display_title text NOT NULL,
    published_at timestamptz CHECK (published_at BETWEEN '1000-01-01' AND '2200-01-01'),
    published_precision text CHECK (published_precision IN ('second', 'minute', 'day', 'month', 'year')),
    published_on date,
    language text,
    text text NOT NULL,
    markdown text NOT NULL,
    char_count integer GENERATED ALWAYS AS (length(text)) STORED,
    related_at timestamptz,
    UNIQUE (document_id, number),
    CHECK ((published_at IS NULL) = (published_precision IS NULL)),
    CHECK ((published_at IS NULL) = (published_on IS NULL))
);
COMMENT ON TABLE ingest.revision IS 'One version of a document. fold_sha is of the folded text, NULL when that is too short to tell copies by';
CREATE INDEX revision_fold ON ingest.revision (fold_sha) WHERE fold_sha IS NOT NULL;
CREATE INDEX revision_pending ON ingest.revision (revision_id) WHERE related_at IS NULL;
CREATE INDEX revision_account ON ingest.revision (account_id);
CREATE INDEX revision_fetch ON ingest.revision (fetch_id);
ALTER TABLE ingest.document ADD FOREIGN KEY (current_revision_id) REFERENCES ingest.revision;

CREATE TABLE ingest.segment (
    revision_id bigint NOT NULL REFERENCES ingest.revision,
    n integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('turn', 'image', 'chrome')),
    span int4range,
    data jsonb NOT NULL,
    PRIMARY KEY (revision_id, n)
);
COMMENT ON TABLE ingest.segment IS 'Typed parts of a revision in order; span counts characters of the text from 0';

CREATE TABLE ingest.claim (
    revision_id bigint NOT NULL REFERENCES ingest.revision,
    kind text NOT NULL CHECK (kind IN ('excerpt_of', 'quotes', 'reprint_of', 'links_to')),
    target_key text NOT NULL,
    target_url text,
    quote text,
    PRIMARY KEY (revision_id, kind, target_key)
);
COMMENT ON TABLE ingest.claim IS 'Relations that a document declares; they resolve when their target''s address has a document';
CREATE INDEX claim_target ON ingest.claim (target_key);

GRANT SELECT, INSERT, UPDATE ON ingest.document, ingest.seed_file, ingest.account, ingest.account_key TO essays_loader;
GRANT SELECT, INSERT, UPDATE (related_at, account_id) ON ingest.revision TO essays_loader;
GRANT SELECT, INSERT ON ingest.segment, ingest.claim TO essays_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.work, ingest.work_was TO essays_loader;
