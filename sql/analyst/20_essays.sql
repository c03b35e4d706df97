CREATE OR REPLACE VIEW essays.essay AS
SELECT
    d.essay_id, d.document_id, d.corpus, d.found_by, d.site, d.native_id, d.url, d.title, d.display_title, d.account,
    d.author, d.published_at, d.published_on, d.published_precision, d.language, d.text, d.markdown, d.char_count,
    d.obtained, d.completeness, d.role, d.availability, d.revision_number, d.first_seen_at, d.edited_at, d.loaded_at,
    w.copy_count, w.has_original
FROM ingest.work w
JOIN essays.document d ON d.document_id = w.best_document_id
WHERE w.is_listed;

COMMENT ON VIEW essays.essay IS 'One row for each distinct work, shown by its best copy. Excerpts of stored essays are not here but in essays.document';
COMMENT ON COLUMN essays.essay.essay_id IS 'Number of the work; numbers of works that became one still resolve through essays.resolve';
COMMENT ON COLUMN essays.essay.document_id IS 'The best copy: full before excerpt, original before reprint before repost, fetched before handed in, earliest, longest';
COMMENT ON COLUMN essays.essay.corpus IS 'seed or ingested, of the best copy';
COMMENT ON COLUMN essays.essay.found_by IS 'The source that the best copy was found by first';
COMMENT ON COLUMN essays.essay.site IS 'Site of the best copy';
COMMENT ON COLUMN essays.essay.native_id IS 'The site''s own identity; for WeChat biz/mid/idx';
COMMENT ON COLUMN essays.essay.url IS 'Where a person opens it';
COMMENT ON COLUMN essays.essay.title IS 'Its own title; NULL when it has none';
COMMENT ON COLUMN essays.essay.display_title IS 'The title, or the beginning of the text where there is none';
COMMENT ON COLUMN essays.essay.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.essay.author IS 'Byline';
COMMENT ON COLUMN essays.essay.published_at IS 'When it was published; NULL when unknown, never a guess';
COMMENT ON COLUMN essays.essay.published_on IS 'The date of publication in the calendar of the place';
COMMENT ON COLUMN essays.essay.published_precision IS 'How exactly published_at is known';
COMMENT ON COLUMN essays.essay.language IS 'Language of the text';
COMMENT ON COLUMN essays.essay.text IS 'Clean text of the best copy';
COMMENT ON COLUMN essays.essay.markdown IS 'The same with its structure';
COMMENT ON COLUMN essays.essay.char_count IS 'Characters of text';
COMMENT ON COLUMN essays.essay.obtained IS 'How the best copy came: fetched, handed_in, feed, seed';
COMMENT ON COLUMN essays.essay.completeness IS 'full, preview or excerpt';
COMMENT ON COLUMN essays.essay.role IS 'original, reprint, repost or unknown';
COMMENT ON COLUMN essays.essay.availability IS 'What the page of the best copy was at the last look';
COMMENT ON COLUMN essays.essay.revision_number IS 'Number of the current revision of the best copy';
COMMENT ON COLUMN essays.essay.first_seen_at IS 'When the best copy was stored first';
COMMENT ON COLUMN essays.essay.edited_at IS 'When its publisher''s last edit was noticed';
COMMENT ON COLUMN essays.essay.loaded_at IS 'When its current revision was stored';
COMMENT ON COLUMN essays.essay.copy_count IS 'Stored copies of this work, the best one included';
COMMENT ON COLUMN essays.essay.has_original IS 'Whether one of the copies is declared original';

CREATE OR REPLACE VIEW essays.catalog AS
SELECT
    d.work_id AS essay_id, d.document_id, d.corpus, d.found_by, d.site, d.native_id, d.url, r.title, r.display_title,
    r.account, r.author, r.published_at, r.published_on, r.published_precision, r.language, r.char_count,
    d.obtained, d.completeness, d.role, d.availability, r.number AS revision_number, d.first_seen_at,
    r.recorded_at AS loaded_at, w.copy_count, w.has_original
FROM ingest.work w
JOIN ingest.document d ON d.document_id = w.best_document_id
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
WHERE w.is_listed;

COMMENT ON VIEW essays.catalog IS 'essays.essay without text and Markdown: light, for browsing and BI';
COMMENT ON COLUMN essays.catalog.essay_id IS 'Number of the work';
COMMENT ON COLUMN essays.catalog.document_id IS 'The best copy';
COMMENT ON COLUMN essays.catalog.corpus IS 'seed or ingested';
COMMENT ON COLUMN essays.catalog.found_by IS 'The source that it was found by first';
COMMENT ON COLUMN essays.catalog.site IS 'Site of the best copy';
COMMENT ON COLUMN essays.catalog.native_id IS 'The site''s own identity';
COMMENT ON COLUMN essays.catalog.url IS 'Where a person opens it';
COMMENT ON COLUMN essays.catalog.title IS 'Its own title; NULL when it has none';
COMMENT ON COLUMN essays.catalog.display_title IS 'The title, or the beginning of the text';
COMMENT ON COLUMN essays.catalog.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.catalog.author IS 'Byline';
COMMENT ON COLUMN essays.catalog.published_at IS 'When it was published; NULL when unknown';
COMMENT ON COLUMN essays.catalog.published_on IS 'The date of publication in the calendar of the place';
COMMENT ON COLUMN essays.catalog.published_precision IS 'How exactly published_at is known';
COMMENT ON COLUMN essays.catalog.language IS 'Language of the text';
COMMENT ON COLUMN essays.catalog.char_count IS 'Characters of text';
COMMENT ON COLUMN essays.catalog.obtained IS 'fetched, handed_in, feed, seed';
COMMENT ON COLUMN essays.catalog.completeness IS 'full, preview or excerpt';
COMMENT ON COLUMN essays.catalog.role IS 'original, reprint, repost or unknown';
COMMENT ON COLUMN essays.catalog.availability IS 'What its page was at the last look';
COMMENT ON COLUMN essays.catalog.revision_number IS 'Number of the current revision';
COMMENT ON COLUMN essays.catalog.first_seen_at IS 'When it was stored first';
COMMENT ON COLUMN essays.catalog.loaded_at IS 'When its current revision was stored';
COMMENT ON COLUMN essays.catalog.copy_count IS 'Stored copies of this work';
COMMENT ON COLUMN essays.catalog.has_original IS 'Whether one of the copies is declared original';

CREATE OR REPLACE FUNCTION essays.resolve(id bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        (SELECT work_id FROM ingest.work WHERE work_id = id),
        (SELECT work_id FROM ingest.work_was WHERE old_id = id))
$$;
COMMENT ON FUNCTION essays.resolve(bigint) IS 'The present essay_id for an essay_id that was noted down earlier; NULL when there never was one';

CREATE OR REPLACE FUNCTION essays.resolve_document(id bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(d.merged_into, d.document_id) FROM ingest.document d WHERE d.document_id = id
$$;
COMMENT ON FUNCTION essays.resolve_document(bigint) IS 'The present document_id for a document_id that was noted down earlier; NULL when there never was one';

CREATE OR REPLACE FUNCTION essays.resolve_document(url text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN url ~ '^\s*[0-9]{1,18}\s*$' THEN essays.resolve_document(url::bigint) ELSE
        coalesce((SELECT min(a.document_id) FROM ingest.keys_of(url) AS asked (key) JOIN ingest.address a USING (key)),
            (SELECT min(x.document_id) FROM ingest.keys_of(url) AS asked (key) JOIN ingest.declared x USING (key)
                JOIN ingest.document w USING (document_id)
            HAVING count(DISTINCT coalesce(w.work_id, w.document_id)) = 1)) END
$$;
COMMENT ON FUNCTION essays.resolve_document(text) IS 'The document_id of a link as it was pasted or found; NULL when nothing is stored of it';

CREATE OR REPLACE FUNCTION essays.resolve(url text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN url ~ '^\s*[0-9]{1,18}\s*$' THEN essays.resolve(url::bigint) ELSE
        (SELECT d.work_id FROM ingest.document d WHERE d.document_id = essays.resolve_document(url)) END
$$;
COMMENT ON FUNCTION essays.resolve(text) IS 'The essay_id of a link as it was pasted or found; NULL when nothing is stored of it';

CREATE OR REPLACE VIEW essays.relation AS
SELECT
    d.document_id,
    c.kind,
    coalesce(target.document_id, stand_in.document_id) AS other_document_id,
    c.target_key AS other_key,
    coalesce(whole.url, c.target_url) AS other_url,
    'declared' AS basis,
    NULL::real AS share,
    NULL::real AS other_share,
    c.quote
FROM ingest.document d
JOIN ingest.claim c ON c.revision_id = d.current_revision_id
LEFT JOIN ingest.address target ON target.key = c.target_key AND target.document_id <> d.document_id
LEFT JOIN LATERAL (
    SELECT min(x.document_id) AS document_id FROM ingest.declared x JOIN ingest.document w USING (document_id)
    WHERE x.key = c.target_key AND x.document_id <> d.document_id AND target.document_id IS NULL
    HAVING count(DISTINCT coalesce(w.work_id, w.document_id)) = 1) stand_in ON true
LEFT JOIN ingest.document whole ON whole.document_id = coalesce(target.document_id, stand_in.document_id)
UNION ALL
SELECT d.document_id, 'same_text', other.document_id, other.key, other.url, 'measured', 1, 1, NULL
FROM ingest.document d
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
JOIN ingest.revision twin ON twin.fold_sha = r.fold_sha AND twin.revision_id <> r.revision_id
JOIN ingest.document other ON other.current_revision_id = twin.revision_id
UNION ALL
SELECT own.document_id, m.kind, other.document_id, other.key, other.url, 'measured', m.share_a, m.share_b, NULL
FROM ingest.match m
JOIN ingest.document own ON own.current_revision_id = m.a
JOIN ingest.document other ON other.current_revision_id = m.b
JOIN ingest.revision own_revision ON own_revision.revision_id = m.a
JOIN ingest.revision other_revision ON other_revision.revision_id = m.b
WHERE CASE m.kind
    WHEN 'near_copy' THEN true
    WHEN 'excerpt_of' THEN m.part = 'a'
    -- Who published later quotes; where dates don't tell, the one of which it is the greater part.
    ELSE coalesce(nullif(own_revision.published_at, other_revision.published_at) > other_revision.published_at,
        (own_revision.char_count, own.document_id) < (other_revision.char_count, other.document_id))
    END
UNION ALL
SELECT own.document_id, m.kind, other.document_id, other.key, other.url, 'measured', m.share_b, m.share_a, NULL
FROM ingest.match m
JOIN ingest.document own ON own.current_revision_id = m.b
JOIN ingest.document other ON other.current_revision_id = m.a
JOIN ingest.revision own_revision ON own_revision.revision_id = m.b
JOIN ingest.revision other_revision ON other_revision.revision_id = m.a
WHERE CASE m.kind
    WHEN 'near_copy' THEN true
    WHEN 'excerpt_of' THEN m.part = 'b'
    ELSE coalesce(nullif(own_revision.published_at, other_revision.published_at) > other_revision.published_at,
        (own_revision.char_count, own.document_id) < (other_revision.char_count, other.document_id))
    END;

COMMENT ON VIEW essays.relation IS 'How documents are related: declared by the document itself, or measured by us';
COMMENT ON COLUMN essays.relation.document_id IS 'The document that the relation is of';
COMMENT ON COLUMN essays.relation.kind IS 'same_text, near_copy, excerpt_of, quotes, reprint_of, links_to';
COMMENT ON COLUMN essays.relation.other_document_id IS 'The other document; NULL until it is here';
COMMENT ON COLUMN essays.relation.other_key IS 'Key of the other document or of its address';
COMMENT ON COLUMN essays.relation.other_url IS 'Where a person opens the other one';
COMMENT ON COLUMN essays.relation.basis IS 'declared, measured or reviewed';
COMMENT ON COLUMN essays.relation.share IS 'Share of this document''s text that the relation covers; NULL when not measured';
COMMENT ON COLUMN essays.relation.other_share IS 'Share of the other document''s text';
COMMENT ON COLUMN essays.relation.quote IS 'The words that declare it, if any';

CREATE OR REPLACE VIEW essays.passage AS
SELECT
    document_id,
    other_document_id,
    kind,
    row_number() OVER (PARTITION BY document_id, other_document_id ORDER BY lower(span))::integer AS position,
    lower(span) + 1 AS from_char,
    upper(span) AS to_char,
    lower(other_span) + 1 AS other_from_char,
    upper(other_span) AS other_to_char,
    substr(whole, lower(span) + 1, upper(span) - lower(span)) AS text,
    substr(other_whole, lower(other_span) + 1, upper(other_span) - lower(other_span)) AS other_text
FROM (
    SELECT own.document_id, other.document_id AS other_document_id, m.kind, p.span_a AS span, p.span_b AS other_span,
        own_revision.text AS whole, other_revision.text AS other_whole
    FROM ingest.match m
    JOIN ingest.passage p USING (a, b)
    JOIN ingest.document own ON own.current_revision_id = m.a
    JOIN ingest.document other ON other.current_revision_id = m.b
    JOIN ingest.revision own_revision ON own_revision.revision_id = m.a
    JOIN ingest.revision other_revision ON other_revision.revision_id = m.b
    UNION ALL
    SELECT own.document_id, other.document_id AS other_document_id, m.kind, p.span_b AS span, p.span_a AS other_span,
        own_revision.text AS whole, other_revision.text AS other_whole
    FROM ingest.match m
    JOIN ingest.passage p USING (a, b)
    JOIN ingest.document own ON own.current_revision_id = m.b
    JOIN ingest.document other ON other.current_revision_id = m.a
    JOIN ingest.revision own_revision ON own_revision.revision_id = m.b
    JOIN ingest.revision other_revision ON other_revision.revision_id = m.a) aligned;

COMMENT ON VIEW essays.passage IS 'Passages that two documents share, each as seen from either of them. Documents whose whole texts are equal (same_text) have none here';
COMMENT ON COLUMN essays.passage.document_id IS 'One of the two';
COMMENT ON COLUMN essays.passage.other_document_id IS 'The other one';
COMMENT ON COLUMN essays.passage.kind IS 'What the two are of one another: near_copy, excerpt_of, quotes; essays.relation has the direction';
COMMENT ON COLUMN essays.passage.position IS 'Order within document_id, from 1';
COMMENT ON COLUMN essays.passage.from_char IS 'First character in the text of document_id, counted from 1, as substr counts';
COMMENT ON COLUMN essays.passage.to_char IS 'Last character';
COMMENT ON COLUMN essays.passage.other_from_char IS 'First character in the text of other_document_id';
COMMENT ON COLUMN essays.passage.other_to_char IS 'Last character';
COMMENT ON COLUMN essays.passage.text IS 'The passage as document_id has it';
COMMENT ON COLUMN essays.passage.other_text IS 'The passage as other_document_id has it';

CREATE OR REPLACE FUNCTION essays.compare(a bigint, b bigint)
RETURNS TABLE ("position" integer, a_from integer, a_to integer, b_from integer, b_to integer, a_text text, b_text text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.position, p.from_char, p.to_char, p.other_from_char, p.other_to_char, p.text, p.other_text
    FROM essays.passage p WHERE p.document_id = compare.a AND p.other_document_id = compare.b
    UNION ALL
    SELECT 1, 1, one.char_count, 1, other.char_count, one.text, other.text
    FROM essays.document one JOIN ingest.revision r ON (r.document_id, r.number) = (one.document_id, one.revision_number)
    JOIN ingest.revision twin ON twin.fold_sha = r.fold_sha AND twin.document_id = compare.b
    JOIN essays.document other ON (other.document_id, other.revision_number) = (twin.document_id, twin.number)
    WHERE one.document_id = compare.a AND compare.a <> compare.b
    ORDER BY 1
$$;
COMMENT ON FUNCTION essays.compare IS 'The passages that two documents share, side by side, in the order of the first; the whole texts when they are equal';
