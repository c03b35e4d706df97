-- A release is a frozen selection: its rows are never changed, so that what was exported once can be exported again.
CREATE TABLE ingest.release (
    name text PRIMARY KEY CHECK (length(name) <= 100 AND name !~ '[[:cntrl:][:space:]/\\=]' AND name !~ '^[.]'),
    layout smallint NOT NULL DEFAULT 1,
    selection jsonb NOT NULL,
    note text,
    made_at timestamptz NOT NULL DEFAULT now(),
    item_count integer NOT NULL CHECK (item_count > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32)
);
COMMENT ON TABLE ingest.release IS 'Frozen, named selections of essays';
COMMENT ON COLUMN ingest.release.name IS 'Its name, which is never given twice';
COMMENT ON COLUMN ingest.release.layout IS 'Which columns its export has, so that a newer program writes the same bytes';
COMMENT ON COLUMN ingest.release.selection IS 'What was asked for: corpus, from, to, account, site; empty for all works';
COMMENT ON COLUMN ingest.release.note IS 'What it was made for, in the words of who made it';
COMMENT ON COLUMN ingest.release.made_at IS 'When it was frozen';
COMMENT ON COLUMN ingest.release.item_count IS 'How many documents are in it';
COMMENT ON COLUMN ingest.release.sha256 IS 'Digest of its items: a line "document revision sha256" each, in the order of documents';

CREATE TABLE ingest.release_item (
    name text NOT NULL REFERENCES ingest.release,
    document_id bigint NOT NULL REFERENCES ingest.document,
    revision_id bigint NOT NULL REFERENCES ingest.revision,
    revision_number integer NOT NULL,
    text_sha256 bytea NOT NULL CHECK (length(text_sha256) = 32),
    essay_id bigint NOT NULL,
    corpus text NOT NULL,
    found_by text NOT NULL,
    site text,
    native_id text,
    url text,
    obtained text NOT NULL,
    completeness text NOT NULL,
    role text NOT NULL,
    availability text NOT NULL,
    copy_count integer NOT NULL,
    PRIMARY KEY (name, document_id)
);
COMMENT ON TABLE ingest.release_item IS 'The documents of a release. What may change later of a document stands here as it was; the rest is in its revision';
COMMENT ON COLUMN ingest.release_item.name IS 'The release';
COMMENT ON COLUMN ingest.release_item.document_id IS 'Number of the document when it was frozen; it may have been merged since';
COMMENT ON COLUMN ingest.release_item.revision_id IS 'The frozen revision';
COMMENT ON COLUMN ingest.release_item.revision_number IS 'Number of that revision when it was frozen';
COMMENT ON COLUMN ingest.release_item.text_sha256 IS 'Digest of its text in UTF-8; an export compares';
COMMENT ON COLUMN ingest.release_item.essay_id IS 'Number of the work then; essays.resolve gives the present one';
COMMENT ON COLUMN ingest.release_item.corpus IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.found_by IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.site IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.native_id IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.url IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.obtained IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.completeness IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.role IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.availability IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.copy_count IS 'As it was then';
CREATE INDEX release_item_document ON ingest.release_item (document_id);
CREATE INDEX release_item_revision ON ingest.release_item (revision_id);

-- Nobody but this function adds to a release, and nobody changes one: the loader has SELECT alone.
CREATE FUNCTION ingest.make_release(release_name text, wanted jsonb, said text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    frozen integer;
BEGIN
    WITH chosen AS MATERIALIZED (
        SELECT d.document_id, r.revision_id, r.number, sha256(convert_to(r.text, 'UTF8')) AS text_sha256, w.work_id,
            d.corpus, d.found_by, d.site, d.native_id, d.url, d.obtained, d.completeness, d.role, d.availability,
            w.copy_count
        FROM ingest.work w
        JOIN ingest.document d ON d.document_id = w.best_document_id
        JOIN ingest.revision r ON r.revision_id = d.current_revision_id
        WHERE w.is_listed
            AND (wanted ->> 'corpus' IS NULL OR d.corpus = wanted ->> 'corpus' OR d.found_by = 'seed:' || (wanted ->> 'corpus'))
            AND (wanted ->> 'site' IS NULL OR d.site = wanted ->> 'site')
            AND (wanted ->> 'from' IS NULL OR r.published_on >= (wanted ->> 'from')::date)
            AND (wanted ->> 'to' IS NULL OR r.published_on <= (wanted ->> 'to')::date)
            AND (wanted ->> 'account' IS NULL OR r.account = wanted ->> 'account' OR EXISTS (
                SELECT FROM ingest.account_key k
                WHERE k.account_id = r.account_id AND k.key = wanted ->> 'account'))
    ), head AS (
        INSERT INTO ingest.release (name, selection, note, item_count, sha256)
        SELECT release_name, wanted, said, count(*), sha256(convert_to(string_agg(
            document_id || ' ' || number || ' ' || encode(text_sha256, 'hex') || E'\n', '' ORDER BY document_id), 'UTF8'))
        FROM chosen HAVING count(*) > 0
        RETURNING item_count
    ), items AS (
        INSERT INTO ingest.release_item (name, document_id, revision_id, revision_number, text_sha256, essay_id, corpus,
            found_by, site, native_id, url, obtained, completeness, role, availability, copy_count)
        SELECT release_name, document_id, revision_id, number, text_sha256, work_id, corpus, found_by, site, native_id,
            url, obtained, completeness, role, availability, copy_count
        FROM chosen ORDER BY document_id
    )
    SELECT item_count INTO frozen FROM head;
    RETURN coalesce(frozen, 0);
END
$$;
COMMENT ON FUNCTION ingest.make_release IS 'Freezes the works that are asked for under a name; how many there are, and nothing is made of none';
REVOKE EXECUTE ON FUNCTION ingest.make_release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.make_release TO essays_loader;
GRANT SELECT ON ingest.release, ingest.release_item TO essays_loader;
