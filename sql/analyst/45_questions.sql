-- The questions that people ask again and again, each a row set of its own. They read the private tables directly, so that
-- a question about one essay, account or week touches the rows of that one.

CREATE OR REPLACE VIEW essays.takedown AS
SELECT
    d.document_id,
    d.work_id AS essay_id,
    r.display_title,
    r.account,
    d.site,
    d.url,
    gone.state,
    r.published_at,
    gone.was_there_at,
    gone.noticed_at,
    gone.back_at,
    gone.was_there_at - r.published_at AS lived_at_least,
    gone.noticed_at - r.published_at AS lived_at_most
FROM ingest.document d
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
CROSS JOIN LATERAL (
    SELECT span.state, span.from_at AS noticed_at, span.until_at AS back_at,
        lag(span.last_seen_at) OVER (ORDER BY span.from_at) AS was_there_at
    FROM essays.availability span
    WHERE span.document_id = d.document_id
    OFFSET 0) gone
WHERE gone.state <> 'available'
    AND d.document_id IN (
        SELECT a.document_id FROM ingest.fetch f JOIN ingest.address a USING (address_id)
        WHERE f.how = 'network' AND f.state IN ('deleted_by_author', 'violation', 'account_gone'));

COMMENT ON VIEW essays.takedown IS 'Who was taken down, when, and how long it had lived: one row each time a stored document''s page was found gone. The moment itself lies between was_there_at and noticed_at';
COMMENT ON COLUMN essays.takedown.document_id IS 'The document; its text is still here';
COMMENT ON COLUMN essays.takedown.essay_id IS 'Its work, which may have other copies that are still up';
COMMENT ON COLUMN essays.takedown.display_title IS 'The title, or the beginning of the text';
COMMENT ON COLUMN essays.takedown.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.takedown.site IS 'The site that it was on';
COMMENT ON COLUMN essays.takedown.url IS 'Where it was';
COMMENT ON COLUMN essays.takedown.state IS 'deleted_by_author; violation: by the platform; account_gone: with its account';
COMMENT ON COLUMN essays.takedown.published_at IS 'When it was published; NULL when unknown';
COMMENT ON COLUMN essays.takedown.was_there_at IS 'The last look that found the page; NULL when no look over the network ever did';
COMMENT ON COLUMN essays.takedown.noticed_at IS 'The first look that found it gone';
COMMENT ON COLUMN essays.takedown.back_at IS 'The look that found it otherwise again; NULL when it is still gone';
COMMENT ON COLUMN essays.takedown.lived_at_least IS 'From publication to was_there_at; NULL when either is unknown';
COMMENT ON COLUMN essays.takedown.lived_at_most IS 'From publication to noticed_at; NULL when publication is unknown';

CREATE OR REPLACE VIEW essays.account_timeline AS
SELECT
    r.account_id,
    r.account,
    r.published_at,
    r.published_on,
    r.published_at - (
        SELECT max(before.published_at) FROM ingest.revision before
        WHERE before.account_id = r.account_id AND before.published_at < r.published_at
            AND EXISTS (SELECT FROM ingest.document b WHERE b.current_revision_id = before.revision_id)) AS gap,
    d.document_id,
    d.work_id AS essay_id,
    r.display_title,
    r.author,
    d.role,
    r.char_count,
    d.availability,
    d.url
FROM ingest.revision r
JOIN ingest.document d ON d.current_revision_id = r.revision_id
WHERE r.account_id IS NOT NULL;

COMMENT ON VIEW essays.account_timeline IS 'What every account published, to be ordered by published_at; filter by account or account_id. A former name finds what was published under it, account_id finds all';
COMMENT ON COLUMN essays.account_timeline.account_id IS 'The account; see essays.account';
COMMENT ON COLUMN essays.account_timeline.account IS 'Its name when the document was read';
COMMENT ON COLUMN essays.account_timeline.published_at IS 'When it was published; NULL when unknown';
COMMENT ON COLUMN essays.account_timeline.published_on IS 'The date of publication in the calendar of the place';
COMMENT ON COLUMN essays.account_timeline.gap IS 'Time since the account''s publication before this one; NULL for the first';
COMMENT ON COLUMN essays.account_timeline.document_id IS 'The document';
COMMENT ON COLUMN essays.account_timeline.essay_id IS 'The work that it is a copy of';
COMMENT ON COLUMN essays.account_timeline.display_title IS 'The title, or the beginning of the text';
COMMENT ON COLUMN essays.account_timeline.author IS 'Byline; NULL when there is none';
COMMENT ON COLUMN essays.account_timeline.role IS 'original, reprint, repost or unknown';
COMMENT ON COLUMN essays.account_timeline.char_count IS 'Characters of text';
COMMENT ON COLUMN essays.account_timeline.availability IS 'What its page was at the last look over the network; unknown when there was none';
COMMENT ON COLUMN essays.account_timeline.url IS 'Where a person opens it';

CREATE OR REPLACE VIEW essays.account_rhythm AS
SELECT
    day.account_id,
    (array_agg(day.account ORDER BY day.published_on DESC) FILTER (WHERE day.account IS NOT NULL))[1] AS name,
    sum(day.documents)::bigint AS documents,
    sum(day.originals)::bigint AS originals,
    min(day.published_on) AS first_on,
    max(day.published_on) AS last_on,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY day.gap_days) AS usual_gap_days,
    max(day.gap_days) AS longest_gap_days,
    (now() AT TIME ZONE 'Asia/Shanghai')::date - max(day.published_on) AS silent_days,
    mode() WITHIN GROUP (ORDER BY day.hour) AS usual_hour
FROM (
    SELECT r.account_id, r.published_on,
        (array_agg(r.account ORDER BY r.published_at DESC, r.revision_id DESC))[1] AS account,
        count(*) AS documents, count(*) FILTER (WHERE d.role = 'original') AS originals,
        r.published_on - lag(r.published_on) OVER (PARTITION BY r.account_id ORDER BY r.published_on) AS gap_days,
        min(extract(hour FROM r.published_at AT TIME ZONE 'Asia/Shanghai')::integer)
            FILTER (WHERE r.published_precision IN ('second', 'minute')) AS hour
    FROM ingest.revision r
    JOIN ingest.document d ON d.current_revision_id = r.revision_id
    WHERE r.account_id IS NOT NULL AND r.published_on IS NOT NULL
    GROUP BY r.account_id, r.published_on) day
GROUP BY day.account_id;

COMMENT ON VIEW essays.account_rhythm IS 'How often each account publishes, by days with at least one dated document here; what was never collected is not known';
COMMENT ON COLUMN essays.account_rhythm.account_id IS 'The account; see essays.account';
COMMENT ON COLUMN essays.account_rhythm.name IS 'The name that it published under last';
COMMENT ON COLUMN essays.account_rhythm.documents IS 'Dated documents';
COMMENT ON COLUMN essays.account_rhythm.originals IS 'Those of them that are declared original';
COMMENT ON COLUMN essays.account_rhythm.first_on IS 'First day of publication';
COMMENT ON COLUMN essays.account_rhythm.last_on IS 'Last day of publication';
COMMENT ON COLUMN essays.account_rhythm.usual_gap_days IS 'Median of the days between two days of publication; NULL when there is only one';
COMMENT ON COLUMN essays.account_rhythm.longest_gap_days IS 'The longest silence, in days';
COMMENT ON COLUMN essays.account_rhythm.silent_days IS 'Days since the last publication, as of today in Beijing';
COMMENT ON COLUMN essays.account_rhythm.usual_hour IS 'The hour (0 to 23, Beijing) in which its days begin most often; NULL when no time is known to the minute';

CREATE OR REPLACE FUNCTION essays.author_timeline(author text)
RETURNS TABLE (published_at timestamptz, published_on date, part text, essay_id bigint, document_id bigint,
    display_title text, account text, role text, char_count integer, url text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH had AS (
        SELECT r.revision_id, 'author' AS part, r.char_count
        FROM ingest.revision r
        WHERE regexp_split_to_array(r.author, '\s*[、，,；;/&｜|]\s*') @> ARRAY[author_timeline.author]
        UNION ALL
        SELECT s.revision_id, 'speaker',
            sum(greatest(0, upper(s.span) - (s.data ->> 'said_from')::integer))::integer
        FROM ingest.segment s
        WHERE s.kind = 'turn' AND s.data ->> 'speaker' = author_timeline.author
        GROUP BY s.revision_id
    ), copy AS (
        SELECT DISTINCT ON (had.part, d.work_id)
            r.published_at, r.published_on, had.part, d.work_id, d.document_id, r.display_title, r.account, d.role,
            had.char_count, d.url
        FROM had
        JOIN ingest.document d ON d.current_revision_id = had.revision_id
        JOIN ingest.revision r ON r.revision_id = had.revision_id
        LEFT JOIN ingest.work w ON w.work_id = d.work_id
        ORDER BY had.part, d.work_id, w.best_document_id = d.document_id DESC, r.published_at, d.document_id
    )
    SELECT * FROM copy ORDER BY 1 NULLS LAST, 5, 3
$$;
COMMENT ON FUNCTION essays.author_timeline IS 'What a person wrote (a byline that is the name, or has it among several) and where the person speaks in a transcript, each work once, oldest first. part: author or speaker; char_count: of the text, or of what the person says in it';

CREATE OR REPLACE VIEW essays.copy AS
SELECT
    c.work_id AS essay_id,
    c.position,
    c.document_id,
    c.is_best,
    c.display_title,
    c.account,
    c.author,
    c.site,
    c.url,
    c.role,
    c.completeness,
    c.availability,
    c.corpus,
    c.published_at,
    c.published_on,
    c.first_seen_at,
    origin.document_id AS source_document_id,
    source.account AS source_account,
    coalesce(sd.url, origin.url) AS source_url,
    origin.basis AS source_basis,
    c.published_at - source.published_at AS delay
FROM (
    SELECT d.work_id, d.document_id, d.current_revision_id, d.site, d.url, d.role, d.completeness, d.availability, d.corpus,
        d.first_seen_at, w.best_document_id = d.document_id AS is_best,
        r.display_title, r.account, r.author, r.published_at, r.published_on,
        row_number() OVER in_time AS position,
        (array_agg(d.document_id) FILTER (WHERE d.role = 'original') OVER in_time)[1] AS original_id,
        CASE WHEN min(r.published_at) OVER in_time < r.published_at THEN first_value(d.document_id) OVER in_time END
            AS earliest_id
    FROM ingest.work w
    JOIN ingest.document d USING (work_id)
    JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    WHERE w.copy_count > 1
    WINDOW in_time AS (PARTITION BY d.work_id ORDER BY r.published_at NULLS LAST, d.first_seen_at, d.document_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    UNION ALL
    SELECT d.work_id, d.document_id, d.current_revision_id, d.site, d.url, d.role, d.completeness, d.availability, d.corpus,
        d.first_seen_at, true, r.display_title, r.account, r.author, r.published_at, r.published_on, 1, NULL, NULL
    FROM ingest.work w
    JOIN ingest.document d USING (work_id)
    JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    WHERE w.copy_count = 1
        AND r.revision_id IN (SELECT revision_id FROM ingest.claim WHERE kind = 'reprint_of')
) c
LEFT JOIN LATERAL (
    SELECT found.document_id, found.url, found.basis FROM (
        SELECT 1 AS step, target.document_id, coalesce(target.url, claim.target_url) AS url, 'declared' AS basis
        FROM ingest.claim LEFT JOIN ingest.address target ON target.key = claim.target_key
        WHERE claim.revision_id = c.current_revision_id AND claim.kind = 'reprint_of'
            AND target.document_id IS DISTINCT FROM c.document_id
        UNION ALL
        SELECT 2, c.original_id, NULL, 'original'
        WHERE c.role <> 'original' AND c.original_id IS NOT NULL
        UNION ALL
        SELECT 3, c.earliest_id, NULL, 'earlier'
        WHERE c.role <> 'original' AND c.original_id IS NULL AND c.earliest_id IS NOT NULL) found
    ORDER BY found.step, found.document_id NULLS LAST LIMIT 1) origin ON true
LEFT JOIN ingest.document sd ON sd.document_id = origin.document_id
LEFT JOIN ingest.revision source ON source.revision_id = sd.current_revision_id;

COMMENT ON VIEW essays.copy IS 'Copies of works in order of time, with whom each was taken from: every document of a work that has several, and every document that names its source. Filter by essay_id for the reposts of one; group by source_account and account for who copies whom';
COMMENT ON COLUMN essays.copy.essay_id IS 'The work';
COMMENT ON COLUMN essays.copy.position IS 'Order of publication within the work, from 1; those without a date come last';
COMMENT ON COLUMN essays.copy.document_id IS 'This copy';
COMMENT ON COLUMN essays.copy.is_best IS 'Whether essays.essay shows the work by this copy';
COMMENT ON COLUMN essays.copy.display_title IS 'Title of this copy, or the beginning of its text';
COMMENT ON COLUMN essays.copy.account IS 'Name of the account that published this copy';
COMMENT ON COLUMN essays.copy.author IS 'Byline of this copy';
COMMENT ON COLUMN essays.copy.site IS 'Site of this copy';
COMMENT ON COLUMN essays.copy.url IS 'Where a person opens this copy';
COMMENT ON COLUMN essays.copy.role IS 'original, reprint, repost or unknown, as this copy declares';
COMMENT ON COLUMN essays.copy.completeness IS 'full, preview or excerpt';
COMMENT ON COLUMN essays.copy.availability IS 'What its page was at the last look over the network';
COMMENT ON COLUMN essays.copy.corpus IS 'seed or ingested';
COMMENT ON COLUMN essays.copy.published_at IS 'When this copy was published; NULL when unknown';
COMMENT ON COLUMN essays.copy.published_on IS 'The date of it';
COMMENT ON COLUMN essays.copy.first_seen_at IS 'When this copy was stored first';
COMMENT ON COLUMN essays.copy.source_document_id IS 'The document that it was taken from; NULL when that is not here or not known';
COMMENT ON COLUMN essays.copy.source_account IS 'Account of that document';
COMMENT ON COLUMN essays.copy.source_url IS 'Where that document is, also when it is not stored here';
COMMENT ON COLUMN essays.copy.source_basis IS 'declared: the copy names it; original: the only copy, or the earliest, that is declared original; earlier: no copy is, this one was published first; NULL: not known';
COMMENT ON COLUMN essays.copy.delay IS 'Time between the publication of the source and of this copy';

CREATE OR REPLACE FUNCTION essays.quoted_by(id bigint)
RETURNS TABLE (document_id bigint, essay_id bigint, display_title text, account text, author text, published_on date,
    url text, kind text, is_declared boolean, passages bigint, characters bigint, share real, words text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH asked AS (
        SELECT coalesce(now_in.work_id, d.work_id) AS work_id
        FROM ingest.document d LEFT JOIN ingest.document now_in ON now_in.document_id = d.merged_into
        WHERE d.document_id = quoted_by.id
    ), cited AS (
        SELECT d.document_id, d.current_revision_id, r.char_count, min(r.published_at) OVER () AS published_at
        FROM asked JOIN ingest.document d USING (work_id)
        JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    ), declared AS (
        SELECT claim.revision_id, claim.kind, max(claim.quote) AS quote
        FROM cited JOIN ingest.address a ON a.document_id = cited.document_id JOIN ingest.claim ON claim.target_key = a.key
        GROUP BY 1, 2
    ), matched AS (
        SELECT m.a, m.b, m.b AS revision_id, m.kind, m.part = 'b' AS is_part, m.share_b AS share, cited, false AS is_a
        FROM cited JOIN ingest.match m ON m.a = cited.current_revision_id WHERE m.kind <> 'near_copy'
        UNION ALL
        SELECT m.a, m.b, m.a, m.kind, m.part = 'a', m.share_a, cited, true
        FROM cited JOIN ingest.match m ON m.b = cited.current_revision_id WHERE m.kind <> 'near_copy'
    ), measured AS (
        SELECT DISTINCT ON (m.revision_id, m.kind) m.revision_id, m.kind, m.share, said.passages, said.characters, said.words
        FROM matched m
        JOIN ingest.revision r USING (revision_id)
        JOIN ingest.document d ON d.current_revision_id = m.revision_id
        LEFT JOIN LATERAL (
            SELECT min(copy_revision.published_at) AS published_at
            FROM ingest.document copy JOIN ingest.revision copy_revision ON copy_revision.revision_id = copy.current_revision_id
            WHERE copy.work_id = d.work_id) own ON true
        CROSS JOIN LATERAL (
            SELECT count(*) AS passages, sum(upper(s.span) - lower(s.span)) AS characters,
                (array_agg(substr(r.text, lower(s.span) + 1, upper(s.span) - lower(s.span))
                    ORDER BY upper(s.span) - lower(s.span) DESC))[1] AS words
            FROM ingest.passage p
            CROSS JOIN LATERAL (SELECT CASE WHEN m.is_a THEN p.span_a ELSE p.span_b END AS span) s
            WHERE (p.a, p.b) = (m.a, m.b)) said
        -- As in essays.relation, but of works: the one that was published later, in its earliest copy, quotes; where dates
        -- don't tell, the one of which it is the greater part.
        WHERE CASE m.kind WHEN 'excerpt_of' THEN m.is_part
            ELSE coalesce(nullif(own.published_at, (m.cited).published_at) > (m.cited).published_at,
                (r.char_count, d.document_id) < ((m.cited).char_count, (m.cited).document_id)) END
        ORDER BY m.revision_id, m.kind, m.share DESC
    )
    SELECT d.document_id, d.work_id, r.display_title, r.account, r.author, r.published_on, d.url, kind,
        declared.revision_id IS NOT NULL, measured.passages, measured.characters, measured.share,
        coalesce(measured.words, declared.quote)
    FROM declared FULL JOIN measured USING (revision_id, kind)
    JOIN ingest.document d ON d.current_revision_id = revision_id
    JOIN ingest.revision r USING (revision_id)
    WHERE d.work_id IS DISTINCT FROM (SELECT work_id FROM asked)
    ORDER BY r.published_at NULLS LAST, d.document_id, kind
$$;
COMMENT ON FUNCTION essays.quoted_by IS 'The documents that quote, excerpt, reprint or link to an essay or any copy of it, oldest first. id: an essay_id or document_id. is_declared: the document says so itself; passages, characters, share (of the quoting text): what was measured, NULL when nothing was; words: the longest passage, or the words of the link. essays.compare shows all passages of two documents';

CREATE OR REPLACE VIEW essays.seed_vs_ingested AS
SELECT
    w.work_id AS essay_id,
    r.display_title,
    CASE WHEN held.ingested_copies = 0 THEN 'seed' WHEN held.seed_copies = 0 THEN 'ingested' ELSE 'both' END AS held_by,
    held.seed_copies,
    held.ingested_copies,
    b.corpus AS best_corpus,
    r.published_on,
    r.char_count
FROM ingest.work w
JOIN (
    SELECT d.work_id, count(*) FILTER (WHERE d.corpus = 'seed') AS seed_copies,
        count(*) FILTER (WHERE d.corpus = 'ingested') AS ingested_copies
    FROM ingest.document d WHERE d.work_id IS NOT NULL GROUP BY d.work_id) held USING (work_id)
JOIN ingest.document b ON b.document_id = w.best_document_id
JOIN ingest.revision r ON r.revision_id = b.current_revision_id
WHERE w.is_listed;

COMMENT ON VIEW essays.seed_vs_ingested IS 'Each work with where its copies came from: the seed corpora, links and files handed in, or both';
COMMENT ON COLUMN essays.seed_vs_ingested.essay_id IS 'The work';
COMMENT ON COLUMN essays.seed_vs_ingested.display_title IS 'Title of its best copy, or the beginning of the text';
COMMENT ON COLUMN essays.seed_vs_ingested.held_by IS 'seed, ingested, or both';
COMMENT ON COLUMN essays.seed_vs_ingested.seed_copies IS 'Copies from seed corpora';
COMMENT ON COLUMN essays.seed_vs_ingested.ingested_copies IS 'Copies from links, feeds and files handed in';
COMMENT ON COLUMN essays.seed_vs_ingested.best_corpus IS 'Which of them the best copy is of: seed or ingested';
COMMENT ON COLUMN essays.seed_vs_ingested.published_on IS 'The date of publication of the best copy';
COMMENT ON COLUMN essays.seed_vs_ingested.char_count IS 'Characters of text of the best copy';

CREATE OR REPLACE VIEW essays.new_essay AS
SELECT
    d.first_seen_at,
    date_trunc('week', d.first_seen_at AT TIME ZONE 'Asia/Shanghai')::date AS week,
    d.work_id AS essay_id,
    w.best_document_id AS document_id,
    r.display_title,
    r.account,
    r.author,
    b.corpus,
    b.found_by,
    b.site,
    r.published_on,
    r.char_count,
    w.copy_count,
    b.url
FROM ingest.document d
JOIN ingest.work w USING (work_id)
JOIN ingest.document b ON b.document_id = w.best_document_id
JOIN ingest.revision r ON r.revision_id = b.current_revision_id
WHERE w.is_listed
    AND (w.copy_count = 1 OR NOT EXISTS (
        SELECT FROM ingest.document earlier
        WHERE earlier.work_id = d.work_id
            AND (earlier.first_seen_at, earlier.document_id) < (d.first_seen_at, d.document_id)));

COMMENT ON VIEW essays.new_essay IS 'Works by when they were new here: the day their first copy was stored. A further copy of a known work is not new; filter by first_seen_at for a span, group by week for counts';
COMMENT ON COLUMN essays.new_essay.first_seen_at IS 'When the first copy of the work was stored';
COMMENT ON COLUMN essays.new_essay.week IS 'Monday of that week, in Beijing';
COMMENT ON COLUMN essays.new_essay.essay_id IS 'The work';
COMMENT ON COLUMN essays.new_essay.document_id IS 'Its best copy, which need not be the first';
COMMENT ON COLUMN essays.new_essay.display_title IS 'Title of the best copy, or the beginning of its text';
COMMENT ON COLUMN essays.new_essay.account IS 'Name of the account of the best copy';
COMMENT ON COLUMN essays.new_essay.author IS 'Byline of the best copy';
COMMENT ON COLUMN essays.new_essay.corpus IS 'seed or ingested, of the best copy';
COMMENT ON COLUMN essays.new_essay.found_by IS 'The source that the best copy was found by first';
COMMENT ON COLUMN essays.new_essay.site IS 'Site of the best copy';
COMMENT ON COLUMN essays.new_essay.published_on IS 'When the best copy was published: an old essay may be new here';
COMMENT ON COLUMN essays.new_essay.char_count IS 'Characters of text of the best copy';
COMMENT ON COLUMN essays.new_essay.copy_count IS 'Stored copies by now';
COMMENT ON COLUMN essays.new_essay.url IS 'Where a person opens the best copy';

CREATE OR REPLACE VIEW essays.edit AS
SELECT
    d.document_id,
    d.work_id AS essay_id,
    r.cause,
    r.recorded_at,
    before.number AS from_revision,
    r.number AS to_revision,
    before.display_title AS title_before,
    r.display_title AS title_after,
    r.char_count - before.char_count AS char_change,
    r.text IS DISTINCT FROM before.text AS is_text_changed,
    r.account,
    r.published_at,
    r.recorded_at - r.published_at AS after_publication
FROM ingest.revision r
JOIN ingest.document d USING (document_id)
CROSS JOIN LATERAL (
    SELECT earlier.number, earlier.display_title, earlier.char_count, earlier.text
    FROM ingest.revision earlier
    WHERE earlier.document_id = r.document_id AND earlier.number < r.number
    ORDER BY earlier.number DESC LIMIT 1) before
WHERE r.number > 1;

COMMENT ON VIEW essays.edit IS 'Every change of a document from one revision to the next. cause = ''publisher_edit'' for what authors changed after publication; essays.diff(document_id, from_revision, to_revision) shows the lines';
COMMENT ON COLUMN essays.edit.document_id IS 'The document';
COMMENT ON COLUMN essays.edit.essay_id IS 'Its work';
COMMENT ON COLUMN essays.edit.cause IS 'publisher_edit: the source changed; reader_change: only our reader did; better_evidence: a better page of the same; reviewed: by a person';
COMMENT ON COLUMN essays.edit.recorded_at IS 'When the later revision was stored: the edit was made before';
COMMENT ON COLUMN essays.edit.from_revision IS 'Number of the earlier revision';
COMMENT ON COLUMN essays.edit.to_revision IS 'Number of the later revision';
COMMENT ON COLUMN essays.edit.title_before IS 'Title of the earlier revision, or the beginning of its text';
COMMENT ON COLUMN essays.edit.title_after IS 'Title of the later revision, or the beginning of its text';
COMMENT ON COLUMN essays.edit.char_change IS 'Characters gained; negative when the text became shorter';
COMMENT ON COLUMN essays.edit.is_text_changed IS 'Whether the text differs; otherwise title, byline, date or structure do';
COMMENT ON COLUMN essays.edit.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.edit.published_at IS 'When it was published';
COMMENT ON COLUMN essays.edit.after_publication IS 'Time from publication to recorded_at';

-- The shortest edit script of two arrays (Myers 1986) after their common ends are set aside. Scripts of more than `most`
-- lines are not looked for: what lies between the common ends is then removed and added as a whole.
CREATE OR REPLACE FUNCTION ingest.diff_script(a integer[], b integer[], most integer DEFAULT 500,
    OUT op text, OUT old_line integer, OUT new_line integer) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lead integer := 0;
    tail integer := 0;
    n integer := cardinality(a);
    m integer := cardinality(b);
    reached integer[] := '{}';  -- how far diagonal k came in step d, at d*d + d + k + 1
    d integer := 0;
    k integer;
    x integer;
    y integer;
    to_x integer;
    found boolean := false;
    ops text[] := '{}';
BEGIN
    WHILE lead < least(n, m) AND a[lead + 1] = b[lead + 1] LOOP
        lead := lead + 1;
    END LOOP;
    WHILE tail < least(n, m) - lead AND a[n - tail] = b[m - tail] LOOP
        tail := tail + 1;
    END LOOP;
    n := n - lead - tail;
    m := m - lead - tail;

    <<steps>>
    WHILE d <= least(n + m, most) LOOP
        FOR k IN -d..d BY 2 LOOP
            x := CASE WHEN d = 0 THEN 0
                WHEN k = -d OR (k < d AND reached[(d - 1) * (d - 1) + d + k - 1] < reached[(d - 1) * (d - 1) + d + k + 1])
                    THEN reached[(d - 1) * (d - 1) + d + k + 1]
                ELSE reached[(d - 1) * (d - 1) + d + k - 1] + 1 END;
            y := x - k;
            WHILE x < n AND y < m AND a[lead + x + 1] = b[lead + y + 1] LOOP
                x := x + 1;
                y := y + 1;
            END LOOP;
            reached[d * d + d + k + 1] := x;
            IF x >= n AND y >= m THEN
                found := true;
                EXIT steps;
            END IF;
        END LOOP;
        d := d + 1;
    END LOOP;

    IF found THEN
        x := n;
        y := m;
        WHILE d > 0 LOOP
            k := x - y;
            IF k = -d OR (k < d AND reached[(d - 1) * (d - 1) + d + k - 1] < reached[(d - 1) * (d - 1) + d + k + 1]) THEN
                k := k + 1;
                to_x := reached[(d - 1) * (d - 1) + d + k];
                ops := array_fill(' '::text, ARRAY[x - to_x]) || ops;
                ops := '+'::text || ops;
            ELSE
                k := k - 1;
                to_x := reached[(d - 1) * (d - 1) + d + k];
                ops := array_fill(' '::text, ARRAY[x - to_x - 1]) || ops;
                ops := '-'::text || ops;
            END IF;
            x := to_x;
            y := x - k;
            d := d - 1;
        END LOOP;
        ops := array_fill(' '::text, ARRAY[x]) || ops;
    ELSE
        ops := array_fill('-'::text, ARRAY[n]) || array_fill('+'::text, ARRAY[m]);
    END IF;

    x := 0;
    y := 0;
    FOREACH op IN ARRAY array_fill(' '::text, ARRAY[lead]) || ops || array_fill(' '::text, ARRAY[tail]) LOOP
        x := x + (op <> '+')::integer;
        y := y + (op <> '-')::integer;
        old_line := CASE WHEN op <> '+' THEN x END;
        new_line := CASE WHEN op <> '-' THEN y END;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION ingest.diff_script IS 'The lines of two texts, as numbers that are equal for equal lines, in the order of a diff: kept, removed (-), added (+)';
REVOKE EXECUTE ON FUNCTION ingest.diff_script FROM PUBLIC;

CREATE OR REPLACE FUNCTION essays.diff(document_id bigint, from_revision integer DEFAULT NULL, to_revision integer DEFAULT NULL)
RETURNS TABLE ("position" bigint, line text, old_line integer, new_line integer)
LANGUAGE sql STABLE ROWS 50 SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH later AS (
        SELECT r.* FROM ingest.document d
        JOIN ingest.revision r ON r.document_id = coalesce(d.merged_into, d.document_id)
        LEFT JOIN ingest.document into_doc ON into_doc.document_id = d.merged_into
        WHERE d.document_id = diff.document_id AND CASE WHEN diff.to_revision IS NULL
            THEN r.revision_id = coalesce(into_doc.current_revision_id, d.current_revision_id)
            ELSE r.number = diff.to_revision END
    ), earlier AS (
        SELECT r.* FROM later JOIN ingest.revision r USING (document_id)
        WHERE CASE WHEN diff.from_revision IS NULL THEN r.number < later.number ELSE r.number = diff.from_revision END
        ORDER BY r.number DESC LIMIT 1
    ), lines AS (
        SELECT 'old' AS side, n, content
        FROM earlier, string_to_table(earlier.text, E'\n') WITH ORDINALITY AS t (content, n)
        UNION ALL
        SELECT 'new', n, content FROM later, string_to_table(later.text, E'\n') WITH ORDINALITY AS t (content, n)
    ), numbered AS MATERIALIZED (
        SELECT side, n, content, dense_rank() OVER (ORDER BY content COLLATE "C")::integer AS id FROM lines
    ), script AS (
        SELECT s.ordinality AS n, s.op, s.old_line, s.new_line,
            bool_or(s.op <> ' ') OVER (ORDER BY s.ordinality ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING) AS is_shown
        FROM ingest.diff_script(
            ARRAY(SELECT id FROM numbered WHERE side = 'old' ORDER BY n),
            ARRAY(SELECT id FROM numbered WHERE side = 'new' ORDER BY n)) WITH ORDINALITY AS s (op, old_line, new_line, ordinality)
        WHERE EXISTS (SELECT FROM earlier)
    ), shown AS (
        SELECT *, n - row_number() OVER (ORDER BY n) AS hunk,
            coalesce(max(old_line) OVER upto, 0) AS old_before, coalesce(max(new_line) OVER upto, 0) AS new_before
        FROM script WHERE is_shown
        WINDOW upto AS (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ), written AS (
        SELECT 0 AS part, 0::bigint AS n, 0 AS step,
            format('--- revision %s, %s, %s', number, cause, to_char(recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')) AS line,
            NULL::integer AS old_line, NULL::integer AS new_line
        FROM earlier WHERE EXISTS (SELECT FROM shown)
        UNION ALL
        SELECT 0, 1, 0,
            format('+++ revision %s, %s, %s', number, cause, to_char(recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')),
            NULL, NULL
        FROM later WHERE EXISTS (SELECT FROM shown)
        UNION ALL
        SELECT 1, min(n), 0, format('@@ -%s,%s +%s,%s @@',
            coalesce(min(shown.old_line), min(old_before)), count(shown.old_line),
            coalesce(min(shown.new_line), min(new_before)), count(shown.new_line)), NULL, NULL
        FROM shown GROUP BY hunk
        UNION ALL
        SELECT 1, shown.n, 1, shown.op || content, shown.old_line, shown.new_line
        FROM shown JOIN numbered ON (side, numbered.n) = (
            CASE shown.op WHEN '+' THEN 'new' ELSE 'old' END, coalesce(shown.old_line, shown.new_line))
    )
    SELECT row_number() OVER (ORDER BY part, n, step), line, written.old_line, written.new_line
    FROM written ORDER BY 1
$$;
COMMENT ON FUNCTION essays.diff IS 'What changed in a document''s text from one revision to another, line by line (a paragraph is a line), as a unified diff: read column line. Without numbers: the current revision and the one before it. No rows when the texts are equal or there is no such revision';

CREATE OR REPLACE VIEW essays.missing AS
SELECT
    cited.target_key AS key,
    coalesce(a.url, cited.url) AS url,
    cited.called,
    cited.documents AS cited_by,
    cited.kinds,
    cited.first_cited_on,
    cited.last_cited_on,
    a.state,
    a.due_at
FROM (
    SELECT claim.target_key, max(claim.target_url) AS url, count(DISTINCT claim.revision_id) AS documents,
        array_agg(DISTINCT claim.kind) AS kinds, max(claim.quote) FILTER (WHERE claim.kind = 'links_to') AS called,
        min(r.published_on) AS first_cited_on, max(r.published_on) AS last_cited_on
    FROM ingest.claim
    JOIN ingest.document d ON d.current_revision_id = claim.revision_id
    JOIN ingest.revision r ON r.revision_id = claim.revision_id
    WHERE NOT EXISTS (SELECT FROM ingest.address here WHERE here.key = claim.target_key AND here.document_id IS NOT NULL)
        AND 1 IS DISTINCT FROM (SELECT count(DISTINCT coalesce(w.work_id, w.document_id))
            FROM ingest.declared x JOIN ingest.document w USING (document_id) WHERE x.key = claim.target_key)
    GROUP BY claim.target_key) cited
LEFT JOIN ingest.address a ON a.key = cited.target_key;

COMMENT ON VIEW essays.missing IS 'What stored documents excerpt, quote, reprint or link to and is not stored itself: hand these links in to have them fetched';
COMMENT ON COLUMN essays.missing.key IS 'Key of the address';
COMMENT ON COLUMN essays.missing.url IS 'The link; NULL when only the key is known';
COMMENT ON COLUMN essays.missing.called IS 'Words of a link to it: mostly its title';
COMMENT ON COLUMN essays.missing.cited_by IS 'Documents that cite it, in their current revisions';
COMMENT ON COLUMN essays.missing.kinds IS 'How they do: excerpt_of, quotes, reprint_of, links_to';
COMMENT ON COLUMN essays.missing.first_cited_on IS 'Publication date of the earliest of them';
COMMENT ON COLUMN essays.missing.last_cited_on IS 'Publication date of the latest of them';
COMMENT ON COLUMN essays.missing.state IS 'What the last look at it found, such as deleted_by_author; NULL when nobody has asked for it';
COMMENT ON COLUMN essays.missing.due_at IS 'When it is fetched, if it waits for that';

CREATE OR REPLACE VIEW essays.to_review AS
SELECT
    a.state AS question,
    look.fetched_at AS asked_at,
    coalesce(a.url, look.origin, a.key) AS url,
    look.reason AS detail,
    NULL::bigint AS document_id,
    NULL::bigint AS other_document_id
FROM ingest.address a
LEFT JOIN LATERAL (
    SELECT f.fetched_at, f.reason, f.origin FROM ingest.fetch f
    WHERE f.address_id = a.address_id AND f.state = a.state ORDER BY f.fetch_id DESC LIMIT 1) look ON true
WHERE a.document_id IS NULL AND a.state IN ('unknown_notice', 'unreadable', 'needs_short_link', 'too_costly')
    AND (a.state <> 'too_costly' OR a.host IS NOT NULL)
UNION ALL
SELECT q.question, q.asked_at, one.url,
    concat_ws(' / ', one_revision.display_title, other_revision.display_title), one.document_id, other.document_id
FROM ingest.review q
LEFT JOIN ingest.document one ON one.key = q.key_a
LEFT JOIN ingest.revision one_revision ON one_revision.revision_id = one.current_revision_id
LEFT JOIN ingest.document other ON other.key = q.key_b
LEFT JOIN ingest.revision other_revision ON other_revision.revision_id = other.current_revision_id
WHERE q.answered_at IS NULL;

COMMENT ON VIEW essays.to_review IS 'What waits for a person: pages that no reader is sure of, links that only a person can open, copies that are barely so';
COMMENT ON COLUMN essays.to_review.question IS 'unknown_notice: a notice that is not known yet; unreadable: no text or identity was found; needs_short_link: open it and share its short link; too_costly: it cost workers too much or their lives, `ingest retry` tries again; near_copy: are these two the same work?';
COMMENT ON COLUMN essays.to_review.asked_at IS 'Since when';
COMMENT ON COLUMN essays.to_review.url IS 'The link or file; of two documents the first';
COMMENT ON COLUMN essays.to_review.detail IS 'The sentence of the notice, the reason, or the two titles';
COMMENT ON COLUMN essays.to_review.document_id IS 'For near_copy: the first document';
COMMENT ON COLUMN essays.to_review.other_document_id IS 'For near_copy: the second document';
