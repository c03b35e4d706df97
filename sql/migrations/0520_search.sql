-- What search reads: one narrow row a document, with the current revision folded. Everything in it is derived, by triggers,
-- so that no loader can forget it. It is a table of its own so that earlier revisions cost the index nothing. A row is
-- written once: a new document is shown until its copies have been looked for, which changes only the rows of copies.
CREATE TABLE ingest.search_text (
    document_id bigint PRIMARY KEY REFERENCES ingest.document ON DELETE CASCADE,
    revision_id bigint NOT NULL,
    is_shown boolean NOT NULL,
    corpus text NOT NULL,
    role text NOT NULL,
    site text,
    account text,
    language text,
    published_on date,
    title text NOT NULL,
    body text NOT NULL,
    filler text NOT NULL DEFAULT repeat(' ', 2048)
) WITH (toast_tuple_target = 256);
COMMENT ON TABLE ingest.search_text IS 'The current revision of every document as it is searched; derived by triggers';
COMMENT ON COLUMN ingest.search_text.is_shown IS 'Whether it is the best copy of a listed work, or its copies have not been looked for yet';
COMMENT ON COLUMN ingest.search_text.title IS 'The folded title; empty when there is none';
COMMENT ON COLUMN ingest.search_text.body IS 'The folded title, U+0001, the folded text: no term reaches across';
COMMENT ON COLUMN ingest.search_text.filler IS 'Makes Postgres put every body out of line, which it does for long rows only: the index is a fifth smaller when rows lie close together';

-- Candidates are read again, and packing by Postgres' own method costs twice the time for hardly any space in Chinese.
ALTER TABLE ingest.search_text ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX work_best_document ON ingest.work (best_document_id);

-- Rows for the documents that have a current revision, none for the others. The keys are dear, and the planner would
-- have the statement compiled for it, which takes longer than a batch.
CREATE FUNCTION ingest.search_update(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    DELETE FROM ingest.search_text s USING ingest.document d
    WHERE s.document_id = ANY (ids) AND d.document_id = s.document_id AND d.current_revision_id IS NULL;

    INSERT INTO ingest.search_text AS s (document_id, revision_id, is_shown, corpus, role, site, account, language,
        published_on, title, body)
    SELECT d.document_id, r.revision_id,
        d.work_id IS NULL OR EXISTS (SELECT FROM ingest.work w WHERE w.best_document_id = d.document_id AND w.is_listed),
        d.corpus, d.role, d.site, r.account, r.language, r.published_on, own.title,
        own.title || E'\x01' || ingest.search_fold(r.text)
    FROM ingest.document d
    JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    CROSS JOIN LATERAL (SELECT ingest.search_fold(coalesce(r.title, '')) AS title OFFSET 0) own
    WHERE d.document_id = ANY (ids)
    ORDER BY d.document_id
    ON CONFLICT (document_id) DO UPDATE SET
        revision_id = excluded.revision_id, corpus = excluded.corpus, role = excluded.role, site = excluded.site,
        account = excluded.account, language = excluded.language, published_on = excluded.published_on,
        title = excluded.title, body = excluded.body
$$;
COMMENT ON FUNCTION ingest.search_update IS 'Brings what is searched of these documents up to date';

CREATE FUNCTION ingest.search_show(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE ingest.search_text s SET is_shown = NOT s.is_shown
    FROM ingest.document d
    WHERE s.document_id = ANY (ids) AND d.document_id = s.document_id AND s.is_shown <> (d.work_id IS NULL
        OR EXISTS (SELECT FROM ingest.work w WHERE w.best_document_id = d.document_id AND w.is_listed))
$$;
COMMENT ON FUNCTION ingest.search_show IS 'Brings up to date which of these documents search shows by default';

CREATE FUNCTION ingest.search_of_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[];
    settled bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(n.document_id) INTO ids FROM now_rows n WHERE n.current_revision_id IS NOT NULL;
    ELSE
        SELECT array_agg(n.document_id) INTO ids FROM now_rows n JOIN was_rows w USING (document_id)
        WHERE n.current_revision_id IS DISTINCT FROM w.current_revision_id;
        UPDATE ingest.search_text s SET corpus = n.corpus, role = n.role, site = n.site
        FROM now_rows n JOIN was_rows w USING (document_id)
        WHERE s.document_id = n.document_id AND n.current_revision_id = w.current_revision_id
            AND (n.corpus, n.role, n.site) IS DISTINCT FROM (w.corpus, w.role, w.site);
        SELECT array_agg(n.document_id) INTO settled FROM now_rows n JOIN was_rows w USING (document_id)
        WHERE n.work_id IS DISTINCT FROM w.work_id;
    END IF;
    IF ids IS NOT NULL THEN
        PERFORM ingest.search_update(ids);
    END IF;
    IF settled IS NOT NULL THEN
        PERFORM ingest.search_show(settled);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ingest.search_of_documents IS 'Keeps ingest.search_text when documents change';
CREATE TRIGGER search_insert AFTER INSERT ON ingest.document
    REFERENCING NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION ingest.search_of_documents();
CREATE TRIGGER search_update AFTER UPDATE ON ingest.document
    REFERENCING OLD TABLE AS was_rows NEW TABLE AS now_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ingest.search_of_documents();

CREATE FUNCTION ingest.search_of_works() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ids bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(best_document_id) INTO ids FROM now_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(best_document_id) INTO ids FROM was_rows;
    ELSE
        SELECT array_agg(DISTINCT best) INTO ids
        FROM now_rows n FULL JOIN was_rows w USING (work_id)
        CROSS JOIN LATERAL (VALUES (n.best_document_id), (w.best_document_id)) either (best)
        WHERE best IS NOT NULL
            AND (n.best_document_id, n.is_listed) IS DISTINCT FROM (w.best_document_id, w.is_listed);
    END IF;
    IF ids IS NOT NULL THEN
        PERFORM ingest.search_show(ids);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ingest.search_of_works IS 'Keeps which documents search shows by default when works change';
CREATE TRIGGER search_insert AFTER INSERT ON ingest.work
    REFERENCING NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION ingest.search_of_works();
CREATE TRIGGER search_update AFTER UPDATE ON ingest.work
    REFERENCING OLD TABLE AS was_rows NEW TABLE AS now_rows FOR EACH STATEMENT EXECUTE FUNCTION ingest.search_of_works();
CREATE TRIGGER search_delete AFTER DELETE ON ingest.work
    REFERENCING OLD TABLE AS was_rows FOR EACH STATEMENT EXECUTE FUNCTION ingest.search_of_works();

REVOKE EXECUTE ON FUNCTION ingest.search_fold, ingest.search_letter, ingest.search_keys, ingest.search_update,
    ingest.search_show, ingest.search_of_documents, ingest.search_of_works FROM PUBLIC;

DO $$
BEGIN
    PERFORM ingest.search_update(ARRAY(SELECT document_id FROM ingest.document));
END
$$;

-- Statistics of an expression cost a computation of its keys for every row sampled, and the planner needs none here.
CREATE INDEX search_text_keys ON ingest.search_text USING gin (ingest.search_keys(body));
ALTER INDEX ingest.search_text_keys ALTER COLUMN 1 SET STATISTICS 0;

CREATE TABLE essays.topic (
    topic text NOT NULL CHECK (topic <> ''),
    alias text NOT NULL CHECK (alias <> ''),
    PRIMARY KEY (topic, alias)
);
COMMENT ON TABLE essays.topic IS 'Names that mean the same, for essays.term_trend; the owner of the database edits it';
COMMENT ON COLUMN essays.topic.topic IS 'What the topic is called';
COMMENT ON COLUMN essays.topic.alias IS 'A term that stands for it, its own name included';
INSERT INTO essays.topic (topic, alias) VALUES
    ('ByteDance', 'ByteDance'), ('ByteDance', '字节跳动'),
    ('DeepSeek', 'DeepSeek'), ('DeepSeek', '深度求索'),
    ('Moonshot', 'Moonshot'), ('Moonshot', '月之暗面'),
    ('Nvidia', 'Nvidia'), ('Nvidia', '英伟达'),
    ('Qwen', 'Qwen'), ('Qwen', '通义千问'), ('Qwen', '千问'),
    ('大模型', '大模型'), ('大模型', '大语言模型'), ('大模型', 'LLM'),
    ('规模定律', '规模定律'), ('规模定律', 'scaling law');

CREATE TYPE ingest.search_term AS (is_excluded boolean, word text);
COMMENT ON TYPE ingest.search_term IS 'A folded term of a query';

CREATE TYPE essays.search_result AS (
    essay_id bigint, document_id bigint, display_title text, account text, published_on date, rank real, snippet text,
    hits integer);
COMMENT ON TYPE essays.search_result IS 'A row of essays.search';
COMMENT ON COLUMN essays.search_result.essay_id IS 'The work; see essays.essay';
COMMENT ON COLUMN essays.search_result.document_id IS 'The copy that matches; see essays.document';
COMMENT ON COLUMN essays.search_result.display_title IS 'The title, or the beginning of the text where there is none';
COMMENT ON COLUMN essays.search_result.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.search_result.published_on IS 'Date of publication; NULL when unknown';
COMMENT ON COLUMN essays.search_result.rank IS 'How well it fits, within one search: BM25 with the title counted more';
COMMENT ON COLUMN essays.search_result.snippet IS 'A piece of the text with the terms between <b> and </b>, all of them where one piece can show them';
COMMENT ON COLUMN essays.search_result.hits IS 'How often the terms occur in title and text together';

CREATE TYPE essays.mention AS (
    essay_id bigint, document_id bigint, display_title text, account text, published_on date, speaker text,
    speaker_role text, from_char integer, before text, keyword text, after text);
COMMENT ON TYPE essays.mention IS 'A row of essays.mentions';
COMMENT ON COLUMN essays.mention.essay_id IS 'The work; see essays.essay';
COMMENT ON COLUMN essays.mention.document_id IS 'The copy; see essays.document';
COMMENT ON COLUMN essays.mention.display_title IS 'The title, or the beginning of the text where there is none';
COMMENT ON COLUMN essays.mention.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.mention.published_on IS 'Date of publication; NULL when unknown';
COMMENT ON COLUMN essays.mention.speaker IS 'Who says it, in a transcript';
COMMENT ON COLUMN essays.mention.speaker_role IS 'host, guest, floor or front, in a transcript';
COMMENT ON COLUMN essays.mention.from_char IS 'Where it begins in the text, counted from 1 as substr does';
COMMENT ON COLUMN essays.mention.before IS 'The text before it, on one line';
COMMENT ON COLUMN essays.mention.keyword IS 'The words as the text has them';
COMMENT ON COLUMN essays.mention.after IS 'The text after it, on one line';

COMMENT ON COLUMN ingest.search_text.document_id IS 'The document';
COMMENT ON COLUMN ingest.search_text.revision_id IS 'Its current revision';
COMMENT ON COLUMN ingest.search_text.corpus IS 'As in ingest.document, for the filters';
COMMENT ON COLUMN ingest.search_text.role IS 'As in ingest.document, for the filters';
COMMENT ON COLUMN ingest.search_text.site IS 'As in ingest.document, for the filters';
COMMENT ON COLUMN ingest.search_text.account IS 'As in ingest.revision, for the filters';
COMMENT ON COLUMN ingest.search_text.language IS 'As in ingest.revision, for the filters';
COMMENT ON COLUMN ingest.search_text.published_on IS 'As in ingest.revision, for the filters';
COMMENT ON COLUMN ingest.search_term.is_excluded IS 'Whether it must not occur';
COMMENT ON COLUMN ingest.search_term.word IS 'The folded term';
