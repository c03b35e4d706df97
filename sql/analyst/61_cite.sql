CREATE OR REPLACE FUNCTION essays.cited(id bigint, text_sha256 text)
RETURNS TABLE (document_id bigint, revision_number integer, is_current boolean, recorded_at timestamptz, text text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.document_id, r.number, r.revision_id = d.current_revision_id, r.recorded_at, r.text
    FROM ingest.document d
    JOIN ingest.revision r ON r.document_id = d.document_id
    WHERE d.document_id = essays.resolve_document(cited.id)
        AND sha256(convert_to(r.text, 'UTF8')) = decode(lower(cited.text_sha256), 'hex')
    ORDER BY r.number
$$;
COMMENT ON FUNCTION essays.cited IS 'The revision that has exactly the cited text, whatever was edited, merged or renumbered since: document and sha256 as a citation or a release names them';

CREATE OR REPLACE FUNCTION ingest.bibtex(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    -- Character by character, since what stands for a backslash has braces, and braces are replaced as well. The braces
    -- of a replacement are always in pairs: BibTeX counts them even behind a backslash.
    SELECT string_agg(CASE c
        WHEN E'\\' THEN '\textbackslash{}' WHEN '{' THEN '\textbraceleft{}' WHEN '}' THEN '\textbraceright{}'
        WHEN '~' THEN '\textasciitilde{}' WHEN '^' THEN '\textasciicircum{}'
        WHEN '&' THEN '\&' WHEN '%' THEN '\%' WHEN '$' THEN '\$' WHEN '#' THEN '\#' WHEN '_' THEN '\_'
        ELSE c END, '' ORDER BY n)
    FROM string_to_table(words, NULL) WITH ORDINALITY AS characters (c, n)
$$;
COMMENT ON FUNCTION ingest.bibtex IS 'Words as the value of a field of BibTeX';
REVOKE EXECUTE ON FUNCTION ingest.bibtex FROM PUBLIC;

CREATE OR REPLACE FUNCTION essays.cite(document_id bigint, style text DEFAULT 'gb7714') RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    it record;
BEGIN
    IF cite.style IS NULL OR cite.style NOT IN ('gb7714', 'bibtex') THEN
        RAISE EXCEPTION 'there is no style %', coalesce(quote_literal(left(cite.style, 40)), 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The styles are gb7714 and bibtex.';
    END IF;
    SELECT d.document_id, r.number, r.language, encode(sha256(convert_to(r.text, 'UTF8')), 'hex') AS digest,
        CASE WHEN r.title IS NULL THEN '“' || plain.title || '”' ELSE plain.title END AS title,
        coalesce(plain.author, plain.account) AS author,
        CASE WHEN plain.author <> plain.account THEN plain.account END AS publisher,
        -- A space would end the address, and a brace the field that it stands in.
        replace(replace(replace(regexp_replace(d.url, '[[:cntrl:][:space:]]', '%20', 'g'), '{', '%7B'), '}', '%7D'), E'\\', '%5C') AS url,
        CASE r.published_precision WHEN 'year' THEN to_char(r.published_on, 'YYYY')
            WHEN 'month' THEN to_char(r.published_on, 'YYYY-MM') ELSE to_char(r.published_on, 'YYYY-MM-DD') END AS published,
        to_char(r.published_on, 'YYYY') AS year,
        -- Only a look over the network, or the page's own word on when it was served, is an access.
        to_char(coalesce(
            CASE WHEN f.how IN ('network', 'feed') THEN f.fetched_at END,
            (SELECT min(look.fetched_at) FROM ingest.fetch look
             WHERE look.sha256 = f.sha256 AND look.how IN ('network', 'feed')),
            f.seen_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS accessed
    INTO it
    FROM ingest.document d
    JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    JOIN ingest.fetch f ON f.fetch_id = r.fetch_id
    CROSS JOIN LATERAL (
        SELECT nullif(btrim(regexp_replace(r.display_title, '[[:cntrl:][:space:]]+', ' ', 'g')), '') AS title,
            nullif(rtrim(btrim(regexp_replace(r.author, '[[:cntrl:][:space:]]+', ' ', 'g')), '.'), '') AS author,
            nullif(rtrim(btrim(regexp_replace(r.account, '[[:cntrl:][:space:]]+', ' ', 'g')), '.'), '') AS account) plain
    WHERE d.document_id = essays.resolve_document(cite.document_id);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    IF cite.style = 'gb7714' THEN
        -- 主要责任者. 题名[文献类型标识/文献载体标识]. 出版者, 出版年(更新日期)[引用日期]. 获取和访问路径.
        RETURN concat_ws('. ',
            it.author,
            it.title || CASE WHEN it.url IS NULL THEN '[Z]' ELSE '[EB/OL]' END,
            nullif(concat(
                CASE WHEN it.publisher IS NOT NULL THEN concat_ws(', ', it.publisher, it.year) END,
                CASE WHEN it.publisher IS NULL OR length(it.published) > 4 THEN '(' || it.published || ')' END,
                CASE WHEN it.url IS NOT NULL THEN '[' || it.accessed || ']' END), ''),
            it.url) || '.';
    END IF;
    RETURN concat(
        CASE WHEN it.url IS NULL THEN '@misc' ELSE '@online' END, '{essay', it.document_id, E',\n',
        -- Braces twice: a byline is one name, whatever words are in it.
        '  author = {{' || ingest.bibtex(it.author) || E'}},\n',
        '  title = {{' || ingest.bibtex(it.title) || E'}},\n',
        '  organization = {{' || ingest.bibtex(it.publisher) || E'}},\n',
        '  date = {' || it.published || E'},\n',
        '  year = {' || it.year || E'},\n',
        '  url = {' || it.url || E'},\n',
        CASE WHEN it.url IS NOT NULL THEN '  urldate = {' || it.accessed || E'},\n' END,
        '  langid = {' || CASE it.language WHEN 'zh' THEN 'chinese' WHEN 'en' THEN 'english' WHEN 'ja' THEN 'japanese' END || E'},\n',
        '  note = {document ', it.document_id, ', revision ', it.number, ', sha256 of text ', it.digest, E'}\n}');
END
$$;
COMMENT ON FUNCTION essays.cite IS 'A document as a reference: gb7714 (GB/T 7714-2015, [EB/OL]; [Z] when it has no address) or bibtex. What is not known is left out; the date of access is when the page was fetched or served. Numbers of merged documents are good; NULL for a number that no document has';
