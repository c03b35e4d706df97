CREATE OR REPLACE VIEW notes.entry AS
SELECT d.document_id, d.work_id AS essay_id, e.kind, e.entry_id, e.words, e.text, e.by, e.at
FROM (
    SELECT document_id, 'tag' AS kind, NULL::bigint AS entry_id, tag AS words, NULL AS text, by, at FROM notes.tag
    UNION ALL
    SELECT document_id, 'note', note_id, NULL, text, by, at FROM notes.note
    UNION ALL
    SELECT document_id, 'coding', coding_id, code, concat_ws(E'\n', quote, memo), by, at FROM notes.coding) e
JOIN ingest.document asked ON asked.document_id = e.document_id
JOIN ingest.document d ON d.document_id = coalesce(asked.merged_into, asked.document_id);

COMMENT ON VIEW notes.entry IS 'All tags, notes and codings by the present number of their document, and by its work: a tag of a copy is a tag of the essay';
COMMENT ON COLUMN notes.entry.document_id IS 'The document, also when the one that was written about became part of it';
COMMENT ON COLUMN notes.entry.essay_id IS 'Its work';
COMMENT ON COLUMN notes.entry.kind IS 'tag, note or coding';
COMMENT ON COLUMN notes.entry.entry_id IS 'note_id or coding_id; NULL for a tag';
COMMENT ON COLUMN notes.entry.words IS 'The tag or the code';
COMMENT ON COLUMN notes.entry.text IS 'The note; for a coding the passage, and its memo on a line of its own';
COMMENT ON COLUMN notes.entry.by IS 'Who wrote it';
COMMENT ON COLUMN notes.entry.at IS 'When';

CREATE OR REPLACE VIEW notes.coded AS
SELECT
    c.coding_id,
    d.document_id,
    d.work_id AS essay_id,
    c.code,
    c.quote,
    c.memo,
    c.revision_number,
    c.from_char,
    c.to_char,
    r.number AS current_revision_number,
    place.from_char AS current_from_char,
    place.from_char + length(c.quote) - 1 AS current_to_char,
    c.by,
    c.at
FROM notes.coding c
JOIN ingest.document asked ON asked.document_id = c.document_id
JOIN ingest.document d ON d.document_id = coalesce(asked.merged_into, asked.document_id)
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN substr(r.text, c.from_char, length(c.quote)) = c.quote
            AND encode(sha256(convert_to(r.text, 'UTF8')), 'hex') = c.text_sha256 THEN c.from_char
        -- In an edited text a passage is found by its words, when they stand there once.
        WHEN length(replace(r.text, c.quote, '')) = length(r.text) - length(c.quote) THEN strpos(r.text, c.quote)
        END AS from_char) place;

COMMENT ON VIEW notes.coded IS 'Codings with the place of their passage in the current text';
COMMENT ON COLUMN notes.coded.coding_id IS 'Number of the coding';
COMMENT ON COLUMN notes.coded.document_id IS 'The document, also when the one that was coded became part of it';
COMMENT ON COLUMN notes.coded.essay_id IS 'Its work';
COMMENT ON COLUMN notes.coded.code IS 'The code';
COMMENT ON COLUMN notes.coded.quote IS 'The passage as it was coded';
COMMENT ON COLUMN notes.coded.memo IS 'Why, in words';
COMMENT ON COLUMN notes.coded.revision_number IS 'The revision that was coded, as it was numbered then';
COMMENT ON COLUMN notes.coded.from_char IS 'First character of the passage in that revision';
COMMENT ON COLUMN notes.coded.to_char IS 'Last character of the passage in that revision';
COMMENT ON COLUMN notes.coded.current_revision_number IS 'The current revision';
COMMENT ON COLUMN notes.coded.current_from_char IS 'First character of the passage in the current text; NULL when it is not there any more, or more than once';
COMMENT ON COLUMN notes.coded.current_to_char IS 'Last character of the passage in the current text';
COMMENT ON COLUMN notes.coded.by IS 'Who wrote it';
COMMENT ON COLUMN notes.coded.at IS 'When';

GRANT SELECT ON notes.entry, notes.coded TO essays_analyst;
