-- Search. Terms are looked up among the keys of ingest.search_text's index; those that are not keys themselves are then looked for
-- in the candidates' text, so that what is found is exact. Functions of the private schema first, those for analysts below.

-- The longest keys in the beginning of a term. Whether a run is a key depends on the run alone, so it is one if its number
-- is among the keys of the term; and the beginning of a key of four or more characters is a key itself.
CREATE OR REPLACE FUNCTION ingest.search_keys_of(term text, OUT keys bigint[], OUT is_exact boolean)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known bigint[] := ingest.search_keys(left(term, 50));
    codes bigint[] := ARRAY(SELECT ascii(c)::bigint FROM string_to_table(left(term, 50), NULL) c);
    code bigint;
    key bigint;
    upto integer;
    reached integer := 0;
BEGIN
    keys := '{}';
    FOR i IN 1..least(cardinality(codes), 40) LOOP
        code := 0;
        upto := 0;
        FOR n IN 1..least(cardinality(codes) - i + 1, 9) LOOP
            code := CASE WHEN n <= 3 THEN code * 2097152 + codes[i + n - 1]
                ELSE -(abs(code) % 1099511627689 * 2097152 + codes[i + n - 1]) END;
            IF codes[i + n - 1] <> 32 AND code = ANY (known) THEN
                key := code;
                upto := i + n - 1;
            ELSIF n > 2 THEN
                EXIT;
            END IF;
        END LOOP;
        IF upto > reached THEN
            keys := keys || key;
            reached := upto;
        END IF;
    END LOOP;
    is_exact := cardinality(keys) = 1 AND reached = length(term) AND codes[1] <> 32;
END
$$;
COMMENT ON FUNCTION ingest.search_keys_of IS 'Keys that every text with this folded term has, and whether every text that has them has the term';

CREATE OR REPLACE FUNCTION ingest.search_terms(q text, OUT term text, OUT is_excluded boolean, OUT keys bigint[], OUT is_exact boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    plain text;
    parts ingest.search_term[];
BEGIN
    IF length(q) > 1000 THEN
        RAISE 'A search of % characters is too long.', length(q) USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Search for at most 1,000 characters: a sentence finds a text as well as a page does.';
    END IF;
    plain := regexp_replace(translate(ingest.search_fold(coalesce(q, '')), '“”„‟«»', '""""""'), '[\x01-\x1f]', ' ', 'g');
    SELECT array_agg(DISTINCT (part.sign = '-', part.word)::ingest.search_term) INTO parts
    FROM (SELECT coalesce(m[1], m[3]) AS sign, btrim(coalesce(m[2], m[4])) AS word
          FROM regexp_matches(plain, '(-?)"([^"]*)"?|(-?)([^\s"]+)', 'g') m) part
    WHERE part.word <> '';
    IF cardinality(parts) > 32 THEN
        RAISE 'A search of % terms is too long.', cardinality(parts) USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Search for at most 32 terms; quotes make a sentence one term.';
    END IF;
    RETURN QUERY
    SELECT part.word, part.is_excluded, found.keys, found.is_exact
    FROM unnest(parts) part CROSS JOIN LATERAL ingest.search_keys_of(part.word) found;
    IF NOT FOUND THEN
        RAISE 'The search has no term.' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Write a term, a "phrase in quotes", and -term for what shall not occur: 大模型 "scaling law" -广告';
    END IF;
END
$$;
COMMENT ON FUNCTION ingest.search_terms IS 'The folded terms of a query with their keys';

CREATE OR REPLACE FUNCTION ingest.search_passes(
    s ingest.search_text, published_from date, published_to date, account text, site text, corpus text, role text,
    language text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (published_from IS NULL OR s.published_on >= published_from)
        AND (published_to IS NULL OR s.published_on <= published_to)
        AND (account IS NULL OR s.account = account)
        AND (site IS NULL OR s.site = site)
        AND (corpus IS NULL OR s.corpus = corpus)
        AND (role IS NULL OR s.role = role)
        AND (language IS NULL OR s.language = language)
$$;
COMMENT ON FUNCTION ingest.search_passes IS 'Whether a row passes the filters of a search';

-- Cut at the first occurrence: strpos would go on to count the characters before it, which takes as long again.
CREATE OR REPLACE FUNCTION ingest.search_in(body text, term text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT octet_length(split_part(body, term COLLATE "C", 1)) < octet_length(body)
$$;
COMMENT ON FUNCTION ingest.search_in IS 'Whether a folded text has a folded term';

-- Fetched once for all terms: every function that is given a stored text fetches it again.
CREATE OR REPLACE FUNCTION ingest.search_has(body text, terms text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    fetched text := body || '';
    term text;
BEGIN
    FOREACH term IN ARRAY terms LOOP
        IF NOT ingest.search_in(fetched, term) THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END
$$;
COMMENT ON FUNCTION ingest.search_has IS 'Whether a folded text has all these folded terms';

-- A text that says of a word that it has it as a whole need not be read.
CREATE OR REPLACE FUNCTION ingest.search_sure(keys bigint[], terms text[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    term text;
BEGIN
    FOREACH term IN ARRAY terms LOOP
        IF term !~ '^[a-z][a-z0-9]{3,9}$' THEN
            RETURN NULL;
        END IF;
        keys := keys || ingest.search_word(term);
    END LOOP;
    RETURN keys;
END
$$;
COMMENT ON FUNCTION ingest.search_sure IS 'Keys of texts that have these folded terms as whole words; NULL when one of them is no word. keys: what the texts have besides';

-- The plan is always the same: the index, then the candidates. Compiling it would take longer than running it.
CREATE OR REPLACE FUNCTION ingest.search_plan(
    q text, OUT terms text[], OUT keys bigint[], OUT unsure text[], OUT excluded bigint[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
    SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    word record;
    excluding bigint[];
BEGIN
    terms := '{}';
    keys := '{}';
    unsure := '{}';
    excluded := '{}';
    FOR word IN SELECT * FROM ingest.search_terms(q) LOOP
        IF word.is_excluded THEN
            SELECT array_agg(s.document_id) INTO excluding FROM ingest.search_text s
            WHERE ingest.search_keys(s.body) @> word.keys
                AND (word.is_exact
                    OR s.document_id IN (SELECT w.document_id FROM ingest.search_text w
                                         WHERE ingest.search_keys(w.body) @> ingest.search_sure(word.keys, ARRAY[word.term]))
                    OR ingest.search_in(s.body, word.term));
            excluded := excluded || excluding;
        ELSE
            terms := terms || word.term;
            keys := keys || word.keys;
            IF NOT word.is_exact THEN
                unsure := unsure || word.term;
            END IF;
        END IF;
    END LOOP;
    IF terms = '{}' THEN
        RAISE 'The search says only what shall not occur.' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Add a term that shall occur: 大模型 -广告';
    END IF;
END
$$;
COMMENT ON FUNCTION ingest.search_plan IS 'What a query asks of the index: terms that must occur, their keys, the terms that the keys leave unsure, and the documents that are excluded';

CREATE OR REPLACE FUNCTION ingest.search_documents(
    q text, published_from date, published_to date, account text, site text, corpus text, role text, language text,
    copies boolean) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
    SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    plan record := ingest.search_plan(q);
    is_unfiltered boolean := num_nonnulls(published_from, published_to, account, site, corpus, role, language) = 0;
    none_excluded boolean := plan.excluded = '{}';
    is_exact boolean := plan.unsure = '{}';
    sure bigint[] := CASE WHEN NOT is_exact THEN ingest.search_sure(plan.keys, plan.unsure) END;
BEGIN
    RETURN QUERY
    SELECT s.document_id FROM ingest.search_text s
    WHERE ingest.search_keys(s.body) @> plan.keys
        AND (copies OR s.is_shown)
        AND (is_unfiltered OR ingest.search_passes(s, published_from, published_to, account, site, corpus, role, language))
        AND (none_excluded OR s.document_id <> ALL (plan.excluded))
        AND (is_exact
            OR s.document_id IN (SELECT w.document_id FROM ingest.search_text w WHERE ingest.search_keys(w.body) @> sure)
            OR ingest.search_in(s.body, plan.unsure[1])
                AND (plan.unsure[2] IS NULL OR ingest.search_has(s.body, plan.unsure[2:])));
END
$$;
COMMENT ON FUNCTION ingest.search_documents IS 'The documents that a query matches';

CREATE OR REPLACE FUNCTION ingest.search_frequencies(body text, terms text[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    fetched text := body || '';
    term text;
    counts integer[] := '{}';
    bytes integer;
BEGIN
    FOREACH term IN ARRAY terms LOOP
        bytes := octet_length(fetched) - octet_length(replace(fetched, term COLLATE "C", ''));
        IF bytes = 0 THEN
            RETURN NULL;
        END IF;
        counts := counts || bytes / octet_length(term);
    END LOOP;
    RETURN counts;
END
$$;
COMMENT ON FUNCTION ingest.search_frequencies IS 'How often each term occurs in a folded text; NULL when one does not';

-- Pieces of the text between two occurrences, so that their lengths add up to the places: one pass, whatever the term.
CREATE OR REPLACE FUNCTION ingest.search_places(body text, terms text[], OUT term text, OUT place integer)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.term,
        (sum(length(piece)) OVER w + (n - 1) * length(t.term) + 1)::integer
    FROM unnest(terms) t (term)
    CROSS JOIN LATERAL (
        SELECT piece, n, count(*) OVER () AS pieces
        FROM string_to_table(body COLLATE "C", t.term COLLATE "C") WITH ORDINALITY AS p (piece, n)) cut
    WHERE n < pieces
    WINDOW w AS (PARTITION BY t.term ORDER BY n)
$$;
COMMENT ON FUNCTION ingest.search_places IS 'Where terms occur in a folded text, counted from 1; occurrences of one term do not overlap';

CREATE OR REPLACE FUNCTION ingest.search_snippet(t text, folded text, terms text[], width integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    words text[];
    starts integer[];
    ends integer[];
    counts integer[] := array_fill(0, ARRAY[cardinality(terms)]);
    ids integer[];
    a integer := 1;
    b integer;
    seen integer := 0;
    best integer := 0;
    best_a integer;
    best_b integer;
    best_span integer;
    from_char integer;
    to_char integer;
    at integer;
    piece text := '';
    upto integer := 0;
BEGIN
    SELECT array_agg(place ORDER BY place), array_agg(place + length(term) - 1 ORDER BY place),
        array_agg(array_position(terms, term) ORDER BY place)
    INTO starts, ends, ids FROM ingest.search_places(folded, terms);
    IF starts IS NULL THEN
        RETURN translate(left(t, width), E'\n\t', '  ') || CASE WHEN length(t) > width THEN '…' ELSE '' END;
    END IF;
    -- The narrowest window with most of the terms: its right end moves on, its left end follows.
    FOR b IN 1..cardinality(starts) LOOP
        counts[ids[b]] := counts[ids[b]] + 1;
        seen := seen + (counts[ids[b]] = 1)::integer;
        WHILE a < b AND (counts[ids[a]] > 1 OR ends[b] - starts[a] + 1 > width) LOOP
            counts[ids[a]] := counts[ids[a]] - 1;
            seen := seen - (counts[ids[a]] = 0)::integer;
            a := a + 1;
        END LOOP;
        IF seen > best OR seen = best AND ends[b] - starts[a] < best_span THEN
            best := seen;
            best_a := starts[a];
            best_b := ends[b];
            best_span := ends[b] - starts[a];
        END IF;
    END LOOP;
    from_char := greatest(1, best_a - greatest(0, width - best_span - 1) / 2);
    to_char := least(length(t), greatest(best_b, from_char + width - 1));
    from_char := greatest(1, least(best_a, to_char - width + 1));
    at := from_char;
    FOR b IN 1..cardinality(starts) LOOP
        CONTINUE WHEN starts[b] < from_char OR ends[b] > to_char OR ends[b] <= upto;
        IF starts[b] <= upto THEN  -- runs into the one before
            piece := left(piece, -4) || substr(t, upto + 1, ends[b] - upto) || '</b>';
        ELSE
            piece := piece || substr(t, at, starts[b] - at) || '<b>' || substr(t, starts[b], ends[b] - starts[b] + 1) || '</b>';
        END IF;
        upto := ends[b];
        at := upto + 1;
    END LOOP;
    RETURN CASE WHEN from_char > 1 THEN '…' ELSE '' END
        || translate(piece || substr(t, at, to_char - at + 1), E'\n\t', '  ')
        || CASE WHEN to_char < length(t) THEN '…' ELSE '' END;
END
$$;
COMMENT ON FUNCTION ingest.search_snippet IS 'The piece of a text that shows most of the terms, marked';

CREATE OR REPLACE FUNCTION essays.search(
    q text, max_rows integer DEFAULT 20, published_from date DEFAULT NULL, published_to date DEFAULT NULL,
    account text DEFAULT NULL, site text DEFAULT NULL, corpus text DEFAULT NULL, role text DEFAULT NULL,
    language text DEFAULT NULL, copies boolean DEFAULT false) RETURNS SETOF essays.search_result
LANGUAGE plpgsql STABLE ROWS 20 SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    SET jit = off SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    plan record := ingest.search_plan(q);
    weights float8[] := '{}';
    documents float8;
    pages float8;
    texts float8;
    last tid;
    keys bigint[];
    word text;
    pool integer := greatest(max_rows, 500);
    is_unfiltered boolean := num_nonnulls(published_from, published_to, account, site, corpus, role, language) = 0;
    none_excluded boolean := plan.excluded = '{}';
BEGIN
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 1000 THEN
        RAISE 'max_rows is from 1 to 1000.' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'essays.matches gives all that match, without rank and snippet.';
    END IF;
    -- How rare each term is matters only beside another one. The index gives rows in their order in the table, so that the
    -- first ones tell how many there are.
    SELECT greatest(c.reltuples, 1), pg_relation_size(c.oid) / current_setting('block_size')::integer INTO documents, pages
    FROM pg_class c WHERE c.oid = 'ingest.search_text'::regclass;
    FOREACH word IN ARRAY plan.terms LOOP
        IF cardinality(plan.terms) > 1 THEN
            keys := (ingest.search_keys_of(word)).keys;
            SELECT count(*), max(early.ctid) INTO texts, last
            FROM (SELECT s.ctid FROM ingest.search_text s WHERE ingest.search_keys(s.body) @> keys LIMIT 2000) early;
            IF texts = 2000 THEN
                texts := 2000 * pages / ((last::text::point)[0] + 1);
            END IF;
        END IF;
        weights := weights || coalesce(ln(1 + greatest(0, documents - texts + 0.5) / (texts + 0.5)), 1);
    END LOOP;
    RETURN QUERY
    WITH candidate AS MATERIALIZED (
        SELECT s.document_id, s.revision_id, s.account, s.published_on, s.title, s.body
        FROM ingest.search_text s
        WHERE ingest.search_keys(s.body) @> plan.keys
            AND (copies OR s.is_shown)
            AND (is_unfiltered OR ingest.search_passes(s, published_from, published_to, account, site, corpus, role, language))
            AND (none_excluded OR s.document_id <> ALL (plan.excluded))
        ORDER BY strpos(s.title, plan.terms[1] COLLATE "C") > 0 DESC, s.published_on DESC NULLS LAST, s.document_id
        LIMIT CASE WHEN plan.unsure = '{}' THEN pool END
    ), counted AS MATERIALIZED (
        SELECT c.document_id, c.revision_id, c.account, c.published_on, c.title, octet_length(c.body) AS size, tf
        FROM candidate c CROSS JOIN LATERAL ingest.search_frequencies(c.body, plan.terms) tf
        WHERE tf IS NOT NULL
        LIMIT pool
    ), ranked AS (
        SELECT c.document_id, c.revision_id, c.account, c.published_on, score.rank, score.hits
        FROM (SELECT *, avg(size) OVER () AS usual FROM counted) c
        CROSS JOIN LATERAL (
            SELECT sum(weight * (2.2 * tf / (tf + 1.2 * (0.25 + 0.75 * c.size / c.usual))
                    + (strpos(c.title, term COLLATE "C") > 0)::integer))::real AS rank,
                sum(tf)::integer AS hits
            FROM unnest(c.tf, plan.terms, weights) AS u (tf, term, weight)) score
        ORDER BY score.rank DESC, c.published_on DESC NULLS LAST, c.document_id
        LIMIT max_rows
    )
    SELECT d.work_id, r.document_id, v.display_title, r.account, r.published_on, r.rank,
        ingest.search_snippet(v.text, substr(s.body, length(s.title) + 2), plan.terms, 120), r.hits
    FROM ranked r
    JOIN ingest.document d USING (document_id)
    JOIN ingest.search_text s USING (document_id)
    JOIN ingest.revision v ON v.revision_id = r.revision_id
    ORDER BY r.rank DESC, r.published_on DESC NULLS LAST, r.document_id;
END
$$;
COMMENT ON FUNCTION essays.search IS 'The essays that match, best first. q: terms that must all occur, "phrases in quotes", -terms that must not; case, width and Simplified/Traditional make no difference. max_rows: 1 to 1000. published_from, published_to: dates, both included. account, site, corpus, role, language: as in essays.document. copies: true for every stored copy instead of one row a work (a document whose copies have not been looked for yet counts as one, without essay_id). Of more than 500 matches, those with the first term in the title and then the newest are ranked; essays.matches and essays.count_matches know all';

CREATE OR REPLACE FUNCTION essays.matches(
    q text, published_from date DEFAULT NULL, published_to date DEFAULT NULL, account text DEFAULT NULL,
    site text DEFAULT NULL, corpus text DEFAULT NULL, role text DEFAULT NULL, language text DEFAULT NULL,
    copies boolean DEFAULT false) RETURNS TABLE (essay_id bigint, document_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    SELECT d.work_id, d.document_id
    FROM ingest.search_documents(q, published_from, published_to, account, site, corpus, role, language, copies) found
    JOIN ingest.document d ON d.document_id = found
$$;
COMMENT ON FUNCTION essays.matches IS 'All essays that match, in no order, to be joined with essays.catalog or essays.document. Arguments as in essays.search';

CREATE OR REPLACE FUNCTION essays.count_matches(
    q text, published_from date DEFAULT NULL, published_to date DEFAULT NULL, account text DEFAULT NULL,
    site text DEFAULT NULL, corpus text DEFAULT NULL, role text DEFAULT NULL, language text DEFAULT NULL,
    copies boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off
    SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
    plan record := ingest.search_plan(q);
    is_unfiltered boolean := num_nonnulls(published_from, published_to, account, site, corpus, role, language) = 0;
    none_excluded boolean := plan.excluded = '{}';
    is_exact boolean := plan.unsure = '{}';
    sure bigint[] := CASE WHEN NOT is_exact THEN ingest.search_sure(plan.keys, plan.unsure) END;
BEGIN
    RETURN (
        SELECT count(*) FROM ingest.search_text s
        WHERE ingest.search_keys(s.body) @> plan.keys
            AND (copies OR s.is_shown)
            AND (is_unfiltered OR ingest.search_passes(s, published_from, published_to, account, site, corpus, role, language))
            AND (none_excluded OR s.document_id <> ALL (plan.excluded))
            AND (is_exact
                OR s.document_id IN (SELECT w.document_id FROM ingest.search_text w WHERE ingest.search_keys(w.body) @> sure)
                OR ingest.search_in(s.body, plan.unsure[1])
                    AND (plan.unsure[2] IS NULL OR ingest.search_has(s.body, plan.unsure[2:]))));
END
$$;
COMMENT ON FUNCTION essays.count_matches IS 'How many essays match. Arguments as in essays.search';

CREATE OR REPLACE FUNCTION essays.mentions(
    q text, width integer DEFAULT 40, published_from date DEFAULT NULL, published_to date DEFAULT NULL,
    account text DEFAULT NULL, site text DEFAULT NULL, corpus text DEFAULT NULL, role text DEFAULT NULL,
    language text DEFAULT NULL, copies boolean DEFAULT false) RETURNS SETOF essays.mention
LANGUAGE sql STABLE ROWS 1000 SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    SELECT d.work_id, d.document_id, r.display_title, r.account, r.published_on, said.speaker, said.role, m.place,
        translate(substr(r.text, greatest(1, m.place - kept.width), least(kept.width, m.place - 1)), E'\n\t', '  '),
        substr(r.text, m.place, length(m.term)),
        translate(substr(r.text, m.place + length(m.term), kept.width), E'\n\t', '  ')
    FROM (SELECT greatest(0, least(coalesce(width, 40), 1000)) AS width, plan.terms
          FROM ingest.search_plan(q) plan OFFSET 0) kept
    CROSS JOIN ingest.search_documents(q, published_from, published_to, account, site, corpus, role, language, copies) found
    JOIN ingest.document d ON d.document_id = found
    JOIN ingest.search_text s ON s.document_id = found
    JOIN ingest.revision r ON r.revision_id = s.revision_id
    CROSS JOIN LATERAL ingest.search_places(substr(s.body, length(s.title) + 2), kept.terms) m
    LEFT JOIN LATERAL (
        SELECT g.data ->> 'speaker' AS speaker, g.data ->> 'role' AS role FROM ingest.segment g
        WHERE g.revision_id = r.revision_id AND g.kind = 'turn' AND g.span @> m.place - 1 LIMIT 1) said ON true
    ORDER BY r.published_on NULLS LAST, d.document_id, m.place, length(m.term) DESC
$$;
COMMENT ON FUNCTION essays.mentions IS 'Every occurrence of the terms in the texts that match, with what stands around it and, in transcripts, who says it. width: characters before and after. Other arguments as in essays.search';

CREATE OR REPLACE FUNCTION essays.term_trend(
    term text, unit text DEFAULT 'month', published_from date DEFAULT NULL, published_to date DEFAULT NULL,
    account text DEFAULT NULL, site text DEFAULT NULL, corpus text DEFAULT NULL, role text DEFAULT NULL,
    language text DEFAULT NULL, copies boolean DEFAULT false)
RETURNS TABLE (period date, matches bigint, essays bigint, share numeric)
LANGUAGE plpgsql STABLE ROWS 100 SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_variable
DECLARE
    names text[];
BEGIN
    IF unit IS NULL OR unit NOT IN ('day', 'week', 'month', 'quarter', 'year') THEN
        RAISE 'There is no unit %.', coalesce(quote_literal(left(unit, 40)), 'NULL') USING ERRCODE = 'invalid_parameter_value',
            HINT = 'day, week, month, quarter or year.';
    END IF;
    SELECT array_agg(DISTINCT '"' || other.alias || '"') INTO names
    FROM essays.topic named JOIN essays.topic other USING (topic)
    WHERE length(term) <= 1000
        AND ingest.search_fold(btrim(term)) IN (ingest.search_fold(named.topic), ingest.search_fold(named.alias));
    RETURN QUERY
    WITH hit AS MATERIALIZED (
        SELECT DISTINCT h.id FROM unnest(coalesce(names, ARRAY[term])) name
        CROSS JOIN LATERAL ingest.search_documents(name, published_from, published_to, account, site, corpus, role,
            language, copies) h (id)
    )
    SELECT date_trunc(unit, s.published_on::timestamp)::date AS began, count(hit.id), count(*),
        round(count(hit.id)::numeric / count(*), 4)
    FROM ingest.search_text s LEFT JOIN hit ON hit.id = s.document_id
    WHERE (copies OR s.is_shown)
        AND ingest.search_passes(s, published_from, published_to, account, site, corpus, role, language)
    GROUP BY began
    ORDER BY began NULLS LAST;
END
$$;
COMMENT ON FUNCTION essays.term_trend IS 'Per period the essays that match, all essays, and the share; period is NULL for those without a date. term: a query as in essays.search; a name in essays.topic stands for all its aliases, unless it is in quotes. unit: day, week, month, quarter, year. Other arguments as in essays.search';

-- What is searched is derived; a row here is a bug.
CREATE OR REPLACE FUNCTION ingest.search_problems() RETURNS TABLE (problem text, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'a document that search knows otherwise', coalesce(d.key, s.document_id::text)
    FROM (SELECT * FROM ingest.document WHERE current_revision_id IS NOT NULL) d
    JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    FULL JOIN ingest.search_text s ON s.document_id = d.document_id
    WHERE (s.revision_id, s.corpus, s.role, s.site, s.account, s.language, s.published_on, s.is_shown)
        IS DISTINCT FROM (d.current_revision_id, d.corpus, d.role, d.site, r.account, r.language, r.published_on,
            d.work_id IS NULL
                OR EXISTS (SELECT FROM ingest.work w WHERE w.best_document_id = d.document_id AND w.is_listed))
$$;
COMMENT ON FUNCTION ingest.search_problems IS 'Documents that are not searched as they are; none in a sound database';

REVOKE EXECUTE ON FUNCTION ingest.search_sure, ingest.search_keys_of, ingest.search_terms, ingest.search_passes,
    ingest.search_in, ingest.search_has, ingest.search_plan, ingest.search_documents, ingest.search_frequencies,
    ingest.search_places, ingest.search_snippet, ingest.search_problems FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.search_problems TO essays_loader;
