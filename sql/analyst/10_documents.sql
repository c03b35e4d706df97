CREATE OR REPLACE VIEW essays.document AS
SELECT
    d.work_id AS essay_id,
    d.document_id,
    d.corpus,
    d.found_by,
    d.site,
    d.native_id,
    d.url,
    r.title,
    r.display_title,
    r.account,
    r.author,
    r.published_at,
    r.published_on,
    r.published_precision,
    r.language,
    r.text,
    r.markdown,
    r.char_count,
    d.obtained,
    d.completeness,
    d.role,
    d.availability,
    r.number AS revision_number,
    d.first_seen_at,
    (SELECT max(edit.recorded_at) FROM ingest.revision edit
     WHERE edit.document_id = d.document_id AND edit.cause = 'publisher_edit') AS edited_at,
    r.recorded_at AS loaded_at
FROM ingest.document d
JOIN ingest.revision r ON r.revision_id = d.current_revision_id;

COMMENT ON VIEW essays.document IS 'Every stored copy, excerpt and repost, in its current revision; essay_id names the work that it is a copy of';
COMMENT ON COLUMN essays.document.essay_id IS 'The distinct work; NULL for a moment, until the copies of a new text have been looked for';
COMMENT ON COLUMN essays.document.document_id IS 'Number of the document, derived from its key: the same in every database that loads it';
COMMENT ON COLUMN essays.document.corpus IS 'seed: from a seed corpus; ingested: from links, feeds or files handed in';
COMMENT ON COLUMN essays.document.found_by IS 'The source that it was found by first: seed:<corpus>, files, links, or a source''s own name';
COMMENT ON COLUMN essays.document.site IS 'The site whose reader knows its identity (wechat); NULL for files without one';
COMMENT ON COLUMN essays.document.native_id IS 'The site''s own identity; for WeChat biz/mid/idx';
COMMENT ON COLUMN essays.document.url IS 'Where a person opens it, without tracking and session keys; NULL when unknown';
COMMENT ON COLUMN essays.document.title IS 'Its own title; NULL when it has none';
COMMENT ON COLUMN essays.document.display_title IS 'The title, or the beginning of the text where there is none';
COMMENT ON COLUMN essays.document.account IS 'Name of the publishing account when this revision was read';
COMMENT ON COLUMN essays.document.author IS 'Byline; NULL when there is none';
COMMENT ON COLUMN essays.document.published_at IS 'When it was published; NULL when unknown, never a guess';
COMMENT ON COLUMN essays.document.published_on IS 'The date of publication in the calendar of the place (Asia/Shanghai unless the page says else)';
COMMENT ON COLUMN essays.document.published_precision IS 'How exactly published_at is known: second, minute, day, month, year';
COMMENT ON COLUMN essays.document.language IS 'Language of the text (zh, en, ja); NULL when unclear';
COMMENT ON COLUMN essays.document.text IS 'Clean text, without page furniture';
COMMENT ON COLUMN essays.document.markdown IS 'The same with its structure: headings, lists, quotes, tables, code, pictures';
COMMENT ON COLUMN essays.document.char_count IS 'Characters of text';
COMMENT ON COLUMN essays.document.obtained IS 'How the text came: fetched, handed_in, feed, seed';
COMMENT ON COLUMN essays.document.completeness IS 'full, preview (the unpaid part), or excerpt';
COMMENT ON COLUMN essays.document.role IS 'original (declared so), reprint (licensed, names its source), repost, unknown';
COMMENT ON COLUMN essays.document.availability IS 'What its page was at the last look over the network; unknown when there was none';
COMMENT ON COLUMN essays.document.revision_number IS 'Number of the current revision, counted from 1';
COMMENT ON COLUMN essays.document.first_seen_at IS 'When it was stored first';
COMMENT ON COLUMN essays.document.edited_at IS 'When its publisher''s last edit was noticed; NULL when none was';
COMMENT ON COLUMN essays.document.loaded_at IS 'When the current revision was stored';

CREATE OR REPLACE VIEW essays.revision AS
SELECT
    r.document_id,
    r.number AS revision_number,
    r.cause,
    r.recorded_at,
    r.revision_id = d.current_revision_id AS is_current,
    r.title,
    r.display_title,
    r.account,
    r.author,
    r.published_at,
    r.published_on,
    r.published_precision,
    r.language,
    r.text,
    r.markdown,
    r.char_count,
    r.reader,
    f.fetched_at,
    encode(f.sha256, 'hex') AS sha256
FROM ingest.revision r
JOIN ingest.document d USING (document_id)
JOIN ingest.fetch f ON f.fetch_id = r.fetch_id;

COMMENT ON VIEW essays.revision IS 'Every version of every document';
COMMENT ON COLUMN essays.revision.document_id IS 'The document that this is a version of';
COMMENT ON COLUMN essays.revision.revision_number IS 'Counted from 1 within the document';
COMMENT ON COLUMN essays.revision.cause IS 'first; publisher_edit: the source changed; reader_change: our reader changed, the bytes did not; better_evidence: a better page of the same; reviewed: by a person';
COMMENT ON COLUMN essays.revision.recorded_at IS 'When this version was stored';
COMMENT ON COLUMN essays.revision.is_current IS 'Whether essays.document shows this version';
COMMENT ON COLUMN essays.revision.title IS 'Title of this version';
COMMENT ON COLUMN essays.revision.display_title IS 'The title, or the beginning of the text';
COMMENT ON COLUMN essays.revision.account IS 'Name of the account in this version';
COMMENT ON COLUMN essays.revision.author IS 'Byline of this version';
COMMENT ON COLUMN essays.revision.published_at IS 'Publication time that this version gives';
COMMENT ON COLUMN essays.revision.published_on IS 'Publication date in the calendar of the place';
COMMENT ON COLUMN essays.revision.published_precision IS 'How exactly published_at is known';
COMMENT ON COLUMN essays.revision.language IS 'Language of the text';
COMMENT ON COLUMN essays.revision.text IS 'Clean text of this version';
COMMENT ON COLUMN essays.revision.markdown IS 'The same with its structure';
COMMENT ON COLUMN essays.revision.char_count IS 'Characters of text';
COMMENT ON COLUMN essays.revision.reader IS 'Reader and version that read the bytes';
COMMENT ON COLUMN essays.revision.fetched_at IS 'When the bytes were looked at';
COMMENT ON COLUMN essays.revision.sha256 IS 'Digest of the bytes that it was read from';

CREATE OR REPLACE VIEW essays.turn AS
SELECT
    d.document_id,
    s.n AS position,
    s.data ->> 'speaker' AS speaker,
    s.data ->> 'role' AS role,
    rtrim(substr(r.text, (s.data ->> 'said_from')::integer + 1, upper(s.span) - (s.data ->> 'said_from')::integer),
          E' \n') AS text,
    lower(s.span) + 1 AS from_char,
    upper(s.span) AS to_char
FROM ingest.document d
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
JOIN ingest.segment s ON s.revision_id = r.revision_id AND s.kind = 'turn';

COMMENT ON VIEW essays.turn IS 'Turns of transcripts in order. Paragraphs without a name continue the turn; together the turns are the whole text';
COMMENT ON COLUMN essays.turn.document_id IS 'The transcript';
COMMENT ON COLUMN essays.turn.position IS 'Order within the transcript, from 0';
COMMENT ON COLUMN essays.turn.speaker IS 'Who speaks; NULL for what stands before the first speaker';
COMMENT ON COLUMN essays.turn.role IS 'host, guest, floor (questions from the audience), front (what stands before the first speaker)';
COMMENT ON COLUMN essays.turn.text IS 'The words, without the speaker''s label';
COMMENT ON COLUMN essays.turn.from_char IS 'First character in essays.document.text, label included, counted from 1';
COMMENT ON COLUMN essays.turn.to_char IS 'Last character in essays.document.text';

CREATE OR REPLACE VIEW essays.image AS
SELECT
    d.document_id,
    row_number() OVER (PARTITION BY d.document_id ORDER BY s.n)::integer AS position,
    s.data ->> 'url' AS url,
    s.data ->> 'alt' AS alt,
    lower(s.span) + 1 AS before_char,
    encode(p.sha256, 'hex') AS sha256,
    p.media_type,
    p.size AS bytes
FROM ingest.document d
JOIN ingest.segment s ON s.revision_id = d.current_revision_id AND s.kind = 'image'
LEFT JOIN ingest.picture_address a ON a.url = s.data ->> 'url'
LEFT JOIN ingest.picture p ON p.sha256 = a.sha256;

COMMENT ON VIEW essays.image IS 'Pictures of documents, each once, in reading order';
COMMENT ON COLUMN essays.image.document_id IS 'The document that shows the picture';
COMMENT ON COLUMN essays.image.position IS 'Order within the document, from 1';
COMMENT ON COLUMN essays.image.url IS 'Address of the picture';
COMMENT ON COLUMN essays.image.alt IS 'Its description, if the page gives one';
COMMENT ON COLUMN essays.image.before_char IS 'The character of the text that it stands before, counted from 1; NULL when unknown';
COMMENT ON COLUMN essays.image.sha256 IS 'Digest of its bytes; NULL when they are not kept';
COMMENT ON COLUMN essays.image.media_type IS 'What its bytes are: image/jpeg, image/png, …; NULL when they are not kept';
COMMENT ON COLUMN essays.image.bytes IS 'Size of its bytes; NULL when they are not kept';

CREATE OR REPLACE VIEW essays.account AS
SELECT
    a.account_id,
    a.site,
    (SELECT array_agg(k.key ORDER BY k.key NOT LIKE 'gh\_%', k.key COLLATE "C") FROM ingest.account_key k
     WHERE k.account_id = a.account_id) AS ids,
    latest.account AS name,
    span.names,
    span.document_count,
    span.first_published_at,
    span.last_published_at
FROM ingest.account a
CROSS JOIN LATERAL (
    SELECT array_agg(DISTINCT r.account) AS names, count(*) AS document_count,
        min(r.published_at) AS first_published_at, max(r.published_at) AS last_published_at
    FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
    WHERE r.account_id = a.account_id) span
LEFT JOIN LATERAL (
    SELECT r.account FROM ingest.revision r
    WHERE r.account_id = a.account_id AND r.account IS NOT NULL
    ORDER BY r.published_at DESC NULLS LAST, r.revision_id DESC LIMIT 1) latest ON true
WHERE EXISTS (SELECT FROM ingest.account_key k WHERE k.account_id = a.account_id);

COMMENT ON VIEW essays.account IS 'Publishing accounts with their identifiers and their names over time';
COMMENT ON COLUMN essays.account.account_id IS 'Number of the account in this database';
COMMENT ON COLUMN essays.account.site IS 'The site that it publishes on';
COMMENT ON COLUMN essays.account.ids IS 'The identifiers that the site has given to it; for WeChat gh_…, biz and alias';
COMMENT ON COLUMN essays.account.name IS 'The name that it published under last';
COMMENT ON COLUMN essays.account.names IS 'All names that it published under';
COMMENT ON COLUMN essays.account.document_count IS 'Stored documents';
COMMENT ON COLUMN essays.account.first_published_at IS 'Earliest publication among them';
COMMENT ON COLUMN essays.account.last_published_at IS 'Latest publication among them';
