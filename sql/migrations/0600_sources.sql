-- A document names its source before the source's own row is looked at, so a built-in one is of the kind of its name.
ALTER TABLE ingest.source DROP CONSTRAINT source_kind_check;
ALTER TABLE ingest.source ADD CONSTRAINT source_kind_check
    CHECK (kind IN ('seed', 'files', 'links', 'feed', 'album', 'sitemap', 'page', 'folder') OR kind = slug);
ALTER TABLE ingest.source
    ADD COLUMN title text,
    ADD COLUMN every interval CHECK (every > interval '0'),
    ADD COLUMN last_modified text,
    ADD COLUMN state text,
    ADD COLUMN reason text,
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN usual_gap interval,
    ADD COLUMN last_checked_at timestamptz,
    ADD COLUMN last_answered_at timestamptz,
    ADD COLUMN last_new_at timestamptz,
    ADD COLUMN lease_owner text,
    ADD COLUMN lease_until timestamptz,
    ADD COLUMN fence bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest.source.every IS 'How often the operator wants it checked; NULL when that follows its own rhythm';
COMMENT ON COLUMN ingest.source.config IS 'keep and drop words, own_server, path of a folder';
CREATE UNIQUE INDEX source_url ON ingest.source (md5(url)) WHERE url IS NOT NULL;
CREATE INDEX source_due ON ingest.source (next_at) WHERE next_at IS NOT NULL;

ALTER TABLE ingest.address ADD COLUMN found_by text REFERENCES ingest.source;
COMMENT ON COLUMN ingest.address.found_by IS 'The source that listed it first; NULL when a person handed it in';
CREATE INDEX address_found_by ON ingest.address (found_by) WHERE found_by IS NOT NULL;

CREATE TABLE ingest.source_item (
    slug text NOT NULL REFERENCES ingest.source,
    address_id bigint NOT NULL REFERENCES ingest.address,
    found_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    updated_at timestamptz,
    body_sha bytea,
    PRIMARY KEY (slug, address_id)
);
COMMENT ON TABLE ingest.source_item IS 'What a source has listed, and which body it brought';
CREATE INDEX source_item_address ON ingest.source_item (address_id);

CREATE TABLE ingest.source_part (
    slug text NOT NULL REFERENCES ingest.source,
    path text NOT NULL,
    size bigint NOT NULL DEFAULT 0,
    changed_ns bigint NOT NULL DEFAULT 0,
    taken_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (slug, path)
);
COMMENT ON TABLE ingest.source_part IS 'Files of a folder and sitemaps of an index, as they were when they were taken';

CREATE TABLE ingest.source_check (
    check_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL REFERENCES ingest.source,
    run_id bigint NOT NULL REFERENCES ingest.run,
    checked_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL,
    reason text,
    http_status integer,
    conditional boolean NOT NULL,
    items integer NOT NULL,
    new_items integer NOT NULL,
    bodies integer NOT NULL,
    refused integer NOT NULL,
    seconds real NOT NULL
);
COMMENT ON TABLE ingest.source_check IS 'Every check of a source: what it answered and what was new. conditional: it was asked only for what changed';
CREATE INDEX source_check_slug ON ingest.source_check (slug, check_id);
CREATE INDEX source_check_run ON ingest.source_check (run_id);

GRANT SELECT, INSERT, UPDATE ON ingest.source_item, ingest.source_part TO essays_loader;
GRANT SELECT, INSERT ON ingest.source_check TO essays_loader;
