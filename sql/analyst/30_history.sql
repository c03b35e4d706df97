CREATE OR REPLACE VIEW essays.fetch_log AS
SELECT
    f.fetch_id,
    f.fetched_at,
    f.how,
    coalesce(a.url, f.origin, a.key) AS url,
    CASE WHEN f.how <> 'network' THEN f.origin END AS file,
    f.state,
    f.reason,
    f.http_status,
    s.size AS bytes,
    encode(f.sha256, 'hex') AS sha256,
    a.document_id,
    f.run_id,
    run.dag,
    run.label AS run,
    f.robots
FROM ingest.fetch f
JOIN ingest.address a USING (address_id)
JOIN ingest.run run USING (run_id)
LEFT JOIN ingest.snapshot s USING (sha256);

COMMENT ON VIEW essays.fetch_log IS 'Every look at an address: fetched over the network, handed in as a file, or read from a seed corpus';
COMMENT ON COLUMN essays.fetch_log.fetch_id IS 'Number of the look';
COMMENT ON COLUMN essays.fetch_log.fetched_at IS 'When we looked';
COMMENT ON COLUMN essays.fetch_log.how IS 'network, handed_in, seed, feed';
COMMENT ON COLUMN essays.fetch_log.url IS 'The address; for a file that names none, its path';
COMMENT ON COLUMN essays.fetch_log.file IS 'Path of the file, for seeds and files handed in';
COMMENT ON COLUMN essays.fetch_log.robots IS 'What the host''s robots.txt said of the address: allowed, disallowed, unknown; NULL when no network was asked';
COMMENT ON COLUMN essays.fetch_log.state IS 'What it turned out to be, see docs/operator.md';
COMMENT ON COLUMN essays.fetch_log.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN essays.fetch_log.http_status IS 'Status of the answer; NULL for files';
COMMENT ON COLUMN essays.fetch_log.bytes IS 'Size of what came, unpacked; NULL when nothing was kept';
COMMENT ON COLUMN essays.fetch_log.sha256 IS 'Digest of what came';
COMMENT ON COLUMN essays.fetch_log.document_id IS 'The document of that address, if there is one';
COMMENT ON COLUMN essays.fetch_log.run_id IS 'Number of the run';
COMMENT ON COLUMN essays.fetch_log.dag IS 'The DAG or command';
COMMENT ON COLUMN essays.fetch_log.run IS 'Name of the run';

CREATE OR REPLACE VIEW essays.availability AS
WITH look AS (
    SELECT a.document_id, f.fetch_id, f.fetched_at,
        CASE WHEN f.state IN ('deleted_by_author', 'violation', 'account_gone') THEN f.state ELSE 'available' END AS state
    FROM ingest.fetch f JOIN ingest.address a USING (address_id)
    WHERE f.how = 'network' AND a.document_id IS NOT NULL AND f.state IN (
        'article', 'image_post', 'text_post', 'video_share', 'audio_share', 'preview_only', 'not_modified',
        'deleted_by_author', 'violation', 'account_gone')
), edge AS (
    SELECT *, state IS DISTINCT FROM lag(state) OVER (PARTITION BY document_id ORDER BY fetched_at, fetch_id) AS is_new
    FROM look
), island AS (
    SELECT *, count(*) FILTER (WHERE is_new) OVER (PARTITION BY document_id ORDER BY fetched_at, fetch_id) AS n
    FROM edge
), span AS (
    SELECT document_id, state, n, min(fetched_at) AS from_at, max(fetched_at) AS last_seen_at
    FROM island GROUP BY document_id, state, n
)
SELECT document_id, state, from_at, last_seen_at,
    lead(from_at) OVER (PARTITION BY document_id ORDER BY n) AS until_at
FROM span;

COMMENT ON VIEW essays.availability IS 'What a document''s page was, from when to when. Documents never looked at over the network have no row';
COMMENT ON COLUMN essays.availability.document_id IS 'The document';
COMMENT ON COLUMN essays.availability.state IS 'available, deleted_by_author, violation, account_gone';
COMMENT ON COLUMN essays.availability.from_at IS 'The first look that found it so';
COMMENT ON COLUMN essays.availability.last_seen_at IS 'The last look that found it so';
COMMENT ON COLUMN essays.availability.until_at IS 'The look that found it otherwise; NULL when it is still so';

CREATE OR REPLACE VIEW essays.run_account AS
SELECT
    run.run_id,
    run.dag,
    run.label AS run,
    run.started_at,
    run.ended_at,
    coalesce(a.url, f.origin, a.key) AS url,
    ra.outcome,
    ra.state,
    ra.why,
    ra.until,
    ra.repeats,
    a.document_id
FROM ingest.run_address ra
JOIN ingest.run run USING (run_id)
JOIN ingest.address a USING (address_id)
LEFT JOIN ingest.fetch f USING (fetch_id);

COMMENT ON VIEW essays.run_account IS 'What became of every address in every run';
COMMENT ON COLUMN essays.run_account.run_id IS 'Number of the run';
COMMENT ON COLUMN essays.run_account.dag IS 'The DAG or command';
COMMENT ON COLUMN essays.run_account.run IS 'Name of the run';
COMMENT ON COLUMN essays.run_account.started_at IS 'When the run began';
COMMENT ON COLUMN essays.run_account.ended_at IS 'When its account was closed; NULL while it runs or when it broke off';
COMMENT ON COLUMN essays.run_account.url IS 'The address; for a file that names none, its path';
COMMENT ON COLUMN essays.run_account.outcome IS 'fetched, already_settled, same_document, refused, waiting, no_address';
COMMENT ON COLUMN essays.run_account.state IS 'What it turned out to be';
COMMENT ON COLUMN essays.run_account.why IS 'Why, in words, where the outcome needs them';
COMMENT ON COLUMN essays.run_account.until IS 'For waiting: until when';
COMMENT ON COLUMN essays.run_account.repeats IS 'How often the same address was met again in this run';
COMMENT ON COLUMN essays.run_account.document_id IS 'The document of that address, if there is one';

DROP FUNCTION IF EXISTS ingest.key_of(text);

CREATE OR REPLACE FUNCTION essays.why(url text)
RETURNS TABLE (at timestamptz, event text, detail text, document_id bigint, run text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH asked_key AS MATERIALIZED (
        SELECT ingest.keys_of(why.url) AS key
    ), asked AS (
        SELECT a.address_id FROM ingest.address a JOIN asked_key USING (key)
        UNION
        SELECT a.address_id FROM ingest.address a WHERE a.url = btrim(why.url)
        UNION
        SELECT a.address_id FROM asked_key JOIN ingest.declared USING (key) JOIN ingest.address a USING (document_id)
        UNION
        SELECT f.address_id FROM ingest.fetch f WHERE f.origin = why.url
        UNION
        SELECT a.address_id FROM ingest.address a
        WHERE a.document_id = (SELECT coalesce(d.merged_into, d.document_id) FROM ingest.document d
            WHERE d.document_id = CASE WHEN why.url ~ '^[0-9]{1,16}$' THEN why.url::bigint END)
    ), doc AS (
        SELECT DISTINCT d.* FROM asked JOIN ingest.address a USING (address_id) JOIN ingest.document d USING (document_id)
    ), address AS (
        SELECT a.* FROM ingest.address a
        WHERE a.address_id IN (SELECT address_id FROM asked) OR a.document_id IN (SELECT document_id FROM doc)
    ), story AS (
        SELECT a.found_at AS at, 1 AS step, 'address' AS event,
            coalesce(a.url, a.key) || CASE WHEN a.document_id IS NULL THEN ': no document yet' ELSE '' END AS detail,
            a.document_id, NULL::bigint AS run_id
        FROM address a
        UNION ALL
        SELECT f.fetched_at, 2, 'look',
            concat_ws(', ', f.how, f.state, f.reason, CASE WHEN f.how <> 'network' THEN f.origin ELSE f.final_url END, 'status ' || f.http_status,
                'sha256 ' || left(encode(f.sha256, 'hex'), 12)),
            a.document_id, f.run_id
        FROM ingest.fetch f JOIN address a USING (address_id)
        UNION ALL
        SELECT coalesce(run.ended_at, run.started_at), 5, 'outcome', concat_ws(', ', ra.outcome, ra.state, ra.why,
            'until ' || ra.until, 'met again ' || nullif(ra.repeats, 0) || ' times'), a.document_id, ra.run_id
        FROM ingest.run_address ra JOIN address a USING (address_id) JOIN ingest.run run USING (run_id)
        UNION ALL
        SELECT r.recorded_at, 3, 'revision', concat_ws(', ', 'number ' || r.number, r.cause, 'by ' || r.reader,
            r.char_count || ' characters', CASE WHEN r.revision_id = doc.current_revision_id THEN 'current' END),
            r.document_id, f.run_id
        FROM ingest.revision r JOIN doc USING (document_id) JOIN ingest.fetch f ON f.fetch_id = r.fetch_id
        UNION ALL
        SELECT r.recorded_at, 4, 'relation', concat_ws(', ', rel.kind, rel.basis, coalesce(rel.other_url, rel.other_key),
            CASE WHEN rel.other_document_id IS NULL THEN 'not here yet' ELSE 'document ' || rel.other_document_id END),
            rel.document_id, NULL
        FROM doc
        JOIN ingest.revision r ON r.revision_id = doc.current_revision_id
        CROSS JOIN LATERAL (SELECT * FROM essays.relation WHERE relation.document_id = doc.document_id LIMIT 100) rel
        UNION ALL
        SELECT r.recorded_at, 4, 'mention', concat_ws(', ', claim.kind, 'document ' || d.document_id, r.display_title),
            target.document_id, NULL
        FROM (SELECT key, document_id FROM address UNION
            SELECT key, NULL FROM asked_key WHERE NOT EXISTS (SELECT FROM address a WHERE a.key = asked_key.key)) target
        JOIN ingest.claim ON claim.target_key = target.key
        JOIN ingest.document d ON d.current_revision_id = claim.revision_id
        JOIN ingest.revision r ON r.revision_id = claim.revision_id
        UNION ALL
        SELECT r.related_at, 6, 'work', concat_ws(', ', 'essay ' || w.work_id,
            w.copy_count || CASE w.copy_count WHEN 1 THEN ' copy' ELSE ' copies' END,
            CASE WHEN w.best_document_id = doc.document_id THEN 'shown by this one'
                 ELSE 'shown by document ' || w.best_document_id END,
            CASE WHEN NOT w.is_listed THEN 'not listed: an excerpt of a stored essay' END), doc.document_id, NULL
        FROM doc JOIN ingest.work w USING (work_id) JOIN ingest.revision r ON r.revision_id = doc.current_revision_id
    )
    SELECT story.at, story.event, story.detail, story.document_id, run.label
    FROM story LEFT JOIN ingest.run USING (run_id)
    ORDER BY story.at, story.step, story.detail
$$;
COMMENT ON FUNCTION essays.why IS 'The whole story of a link as it was pasted or found, of a file or a document: every look, outcome, revision, relation and the work it belongs to. Of a site''s own spellings it knows those that were met; ingest why knows all';
