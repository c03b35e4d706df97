CREATE OR REPLACE VIEW essays.release AS
SELECT
    l.name AS release,
    l.made_at,
    l.note,
    l.selection,
    l.item_count,
    encode(l.sha256, 'hex') AS sha256,
    l.layout
FROM ingest.release l;

COMMENT ON VIEW essays.release IS 'Frozen, named selections of essays, for papers and reports: they never change, and their export has the same bytes for ever';
COMMENT ON COLUMN essays.release.release IS 'Its name';
COMMENT ON COLUMN essays.release.made_at IS 'When it was frozen';
COMMENT ON COLUMN essays.release.note IS 'What it was made for; NULL when nobody said';
COMMENT ON COLUMN essays.release.selection IS 'What was asked for: corpus, from, to, account, site; {} for all essays';
COMMENT ON COLUMN essays.release.item_count IS 'How many documents are in it';
COMMENT ON COLUMN essays.release.sha256 IS 'Digest of its items: a line "document revision sha256" each, in the order of documents. Name it when you cite the release';
COMMENT ON COLUMN essays.release.layout IS 'Number of the set of columns that its export has';

CREATE OR REPLACE VIEW essays.release_item AS
SELECT
    i.name AS release,
    i.essay_id,
    i.document_id,
    i.revision_number,
    encode(i.text_sha256, 'hex') AS text_sha256,
    i.corpus,
    i.found_by,
    i.site,
    i.native_id,
    i.url,
    r.title,
    r.display_title,
    r.account,
    r.author,
    r.published_at,
    r.published_on,
    r.published_precision,
    r.language,
    r.char_count,
    i.obtained,
    i.completeness,
    i.role,
    i.availability,
    i.copy_count,
    r.recorded_at AS loaded_at,
    r.text,
    r.markdown
FROM ingest.release_item i
JOIN ingest.revision r USING (revision_id);

COMMENT ON VIEW essays.release_item IS 'The documents of releases, in the revisions and with the words and values that they had then';
COMMENT ON COLUMN essays.release_item.release IS 'Name of the release';
COMMENT ON COLUMN essays.release_item.essay_id IS 'Number of the work then; essays.resolve gives the present one';
COMMENT ON COLUMN essays.release_item.document_id IS 'The best copy of the work then; essays.resolve_document gives the present number';
COMMENT ON COLUMN essays.release_item.revision_number IS 'Number of the frozen revision then';
COMMENT ON COLUMN essays.release_item.text_sha256 IS 'Digest of the text in UTF-8; essays.cited finds the revision that has it';
COMMENT ON COLUMN essays.release_item.corpus IS 'seed or ingested';
COMMENT ON COLUMN essays.release_item.found_by IS 'The source that it was found by first';
COMMENT ON COLUMN essays.release_item.site IS 'Site of the document';
COMMENT ON COLUMN essays.release_item.native_id IS 'The site''s own identity; for WeChat biz/mid/idx';
COMMENT ON COLUMN essays.release_item.url IS 'Where a person opened it then';
COMMENT ON COLUMN essays.release_item.title IS 'Its own title; NULL when it has none';
COMMENT ON COLUMN essays.release_item.display_title IS 'The title, or the beginning of the text';
COMMENT ON COLUMN essays.release_item.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.release_item.author IS 'Byline';
COMMENT ON COLUMN essays.release_item.published_at IS 'When it was published; NULL when unknown';
COMMENT ON COLUMN essays.release_item.published_on IS 'The date of publication in the calendar of the place';
COMMENT ON COLUMN essays.release_item.published_precision IS 'How exactly published_at is known: second, minute, day, month, year';
COMMENT ON COLUMN essays.release_item.language IS 'Language of the text';
COMMENT ON COLUMN essays.release_item.char_count IS 'Characters of text';
COMMENT ON COLUMN essays.release_item.obtained IS 'fetched, handed_in, feed, seed';
COMMENT ON COLUMN essays.release_item.completeness IS 'full, preview or excerpt';
COMMENT ON COLUMN essays.release_item.role IS 'original, reprint, repost or unknown';
COMMENT ON COLUMN essays.release_item.availability IS 'What its page was at the last look before the release';
COMMENT ON COLUMN essays.release_item.copy_count IS 'Stored copies of the work then';
COMMENT ON COLUMN essays.release_item.loaded_at IS 'When the frozen revision was stored';
COMMENT ON COLUMN essays.release_item.text IS 'Clean text of the frozen revision';
COMMENT ON COLUMN essays.release_item.markdown IS 'The same with its structure';

-- The partition of an export. EDTF (ISO 8601-2) writes a month that is not known as XX.
CREATE OR REPLACE FUNCTION essays.month_of(published_on date, published_precision text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN published_on IS NULL THEN 'undated'
        WHEN published_precision = 'year' THEN to_char(published_on, 'YYYY-"XX"')
        ELSE to_char(published_on, 'YYYY-MM') END
$$;
COMMENT ON FUNCTION essays.month_of IS 'The month of publication as 2026-03; 2026-XX when only the year is known, undated when nothing is';
