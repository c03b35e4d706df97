-- Two more kinds of keys, so that fewer texts have to be read again. The function with the mined runs keeps its work under
-- a name of its own, and ingest.search_keys adds to it.
DROP INDEX ingest.search_text_keys;
ALTER FUNCTION ingest.search_keys RENAME TO search_grams;
COMMENT ON FUNCTION ingest.search_grams IS 'The characters, pairs and longer runs of letters of a folded text that are keys of the search index';

-- Six bits a character, so that no two words have the same number; the first ones leave the numbers of runs alone, which
-- are from -2**61 to the largest character times 2**42.
CREATE FUNCTION ingest.search_word(word text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || encode(decode(rpad(word, 12, 'A'), 'base64'), 'hex'))::bit(64)::bigint
$$;
COMMENT ON FUNCTION ingest.search_word IS 'The number of a whole word of 4 to 10 ASCII letters and digits, a letter first, among the keys of the search index';

-- A word that the mined runs don't know, however common it is here, is found by reading all texts that have its pairs,
-- unless the text says that it has the word. A phrase across spaces has keys at its spaces, where one side is ASCII: beside
-- a space between two Chinese characters there is nearly always the end of a paragraph.
CREATE FUNCTION ingest.search_keys(body text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS $$
DECLARE
    pieces text[] := string_to_array(body, ' ');
BEGIN
    RETURN ingest.search_grams(body)
        || ARRAY(SELECT ingest.search_word(run[1]) FROM regexp_matches(body, '[a-z0-9]{4,}', 'g') run
                 WHERE length(run[1]) <= 10 AND run[1] COLLATE "C" >= 'a')
        || ARRAY(SELECT a * 4398046511104 + 67108864 + b
                 FROM (SELECT ascii(right(before, 1))::bigint AS a, ascii(after)::bigint AS b
                       FROM (SELECT unnest(pieces) AS before, unnest(pieces[2:]) AS after) neighbour OFFSET 0) side
                 WHERE (a < 127 OR b < 127) AND ingest.search_letter(a) AND ingest.search_letter(b));
END
$$;
COMMENT ON FUNCTION ingest.search_keys IS 'The keys that the search index has for a folded text';
REVOKE EXECUTE ON FUNCTION ingest.search_word, ingest.search_keys FROM PUBLIC;

-- A long body goes out of line without a filler, and without it a page has a third more rows.
ALTER TABLE ingest.search_text ALTER COLUMN filler DROP DEFAULT;
ALTER TABLE ingest.search_text
    ALTER COLUMN filler TYPE text USING CASE WHEN octet_length(body) < 2048 THEN filler ELSE '' END;
CREATE OR REPLACE FUNCTION ingest.search_update(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    DELETE FROM ingest.search_text s USING ingest.document d
    WHERE s.document_id = ANY (ids) AND d.document_id = s.document_id AND d.current_revision_id IS NULL;

    INSERT INTO ingest.search_text AS s (document_id, revision_id, is_shown, corpus, role, site, account, language,
        published_on, title, body, filler)
    SELECT d.document_id, r.revision_id,
        d.work_id IS NULL OR EXISTS (SELECT FROM ingest.work w WHERE w.best_document_id = d.document_id AND w.is_listed),
        d.corpus, d.role, d.site, r.account, r.language, r.published_on, own.title, own.body,
        CASE WHEN octet_length(own.body) < 2048 THEN repeat(' ', 2048) ELSE '' END
    FROM ingest.document d
    JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    CROSS JOIN LATERAL (
        SELECT folded.title, folded.title || E'\x01' || ingest.search_fold(r.text) AS body
        FROM (SELECT ingest.search_fold(coalesce(r.title, '')) AS title OFFSET 0) folded OFFSET 0) own
    WHERE d.document_id = ANY (ids)
    ORDER BY d.document_id
    ON CONFLICT (document_id) DO UPDATE SET
        revision_id = excluded.revision_id, corpus = excluded.corpus, role = excluded.role, site = excluded.site,
        account = excluded.account, language = excluded.language, published_on = excluded.published_on,
        title = excluded.title, body = excluded.body, filler = excluded.filler
$$;
COMMENT ON COLUMN ingest.search_text.filler IS 'Makes Postgres put a short body out of line too, which it does for long rows only: the index is a fifth smaller when rows lie close together';

-- Statistics of an expression cost a computation of its keys for every row sampled, and the planner needs none here.
CREATE INDEX search_text_keys ON ingest.search_text USING gin (ingest.search_keys(body));
ALTER INDEX ingest.search_text_keys ALTER COLUMN 1 SET STATISTICS 0;
