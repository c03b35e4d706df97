-- why --
SELECT at, event, detail, document_id, run FROM essays.why(%(url)s)

-- run_account --
SELECT url, outcome, state, why, until, repeats, document_id FROM essays.run_account WHERE run_id = %(run_id)s ORDER BY url

-- files_named --
SELECT DISTINCT origin FROM ingest.fetch
WHERE origin = %(file)s OR right(origin, length(%(file)s) + 1) = '/' || %(file)s
ORDER BY origin LIMIT 10

-- overview --
SELECT d.corpus, coalesce(d.site, '-') AS site, d.obtained, d.completeness, count(*) AS documents,
    count(DISTINCT d.essay_id) AS essays, sum(d.char_count) AS characters
FROM essays.document d GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4

-- is_empty --
SELECT NOT (EXISTS (SELECT FROM ingest.document) OR EXISTS (SELECT FROM ingest.seed_file)
    OR EXISTS (SELECT FROM ingest.address) OR EXISTS (SELECT FROM ingest.run)) AS is_empty

-- counts --
SELECT
    (SELECT count(*) FROM essays.document) AS documents,
    (SELECT count(*) FROM essays.catalog) AS essays,
    (SELECT count(*) FROM ingest.address WHERE due_at IS NOT NULL AND document_id IS NULL) AS waiting,
    (SELECT count(*) FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
     WHERE r.related_at IS NULL)
    + (SELECT count(*) FROM (SELECT DISTINCT revision_id FROM ingest.stale) s
       JOIN ingest.revision r USING (revision_id) JOIN ingest.document d ON d.current_revision_id = r.revision_id
       WHERE r.related_at IS NOT NULL) AS unrelated

-- daily --
SELECT what, count FROM (
    SELECT 1 AS n, 'new documents' AS what, count(*) AS count
    FROM ingest.document WHERE first_seen_at > now() - interval '1 day'
    UNION ALL
    SELECT 2, 'edits noticed', count(*)
    FROM ingest.revision WHERE cause = 'publisher_edit' AND recorded_at > now() - interval '1 day'
    UNION ALL
    SELECT 3, 'looks: ' || state, count(*)
    FROM ingest.fetch WHERE fetched_at > now() - interval '1 day' GROUP BY state
    UNION ALL
    SELECT 4, 'addresses wait', count(*) FROM ingest.address WHERE due_at IS NOT NULL
    UNION ALL
    SELECT 5, 'addresses that a person should look at', count(*)
    FROM ingest.address WHERE state IN ('unknown_notice', 'unreadable') AND document_id IS NULL
    UNION ALL
    SELECT 6, 'near copies that a person should look at', count(*) FROM ingest.review WHERE answered_at IS NULL
    UNION ALL
    SELECT 7, 'hosts paused or left alone', count(*) FROM ingest.host WHERE paused OR breaker_until > now()
    UNION ALL
    SELECT 8, 'sources have fallen silent', count(*) FROM essays.source_health WHERE overdue
) told ORDER BY n, what

-- problems --
SELECT f.origin AS file, f.state, coalesce(f.reason, '') AS reason
FROM ingest.fetch f JOIN ingest.address a USING (address_id)
WHERE f.run_id = %(run_id)s AND (a.document_id IS NULL OR f.state IN (
    'unreadable', 'unknown_notice', 'refused', 'too_large', 'too_costly', 'unsupported'))
ORDER BY f.fetch_id

-- reader_failures --
-- Only where the last look at an address failed: what a mended reader has read since is settled.
SELECT f.reader, substring(f.reason FROM '\((\w+)\)') AS error, count(*) AS addresses,
    (array_agg(a.key ORDER BY f.fetch_id DESC))[1] AS newest
FROM ingest.fetch f JOIN ingest.address a USING (address_id)
WHERE f.state = 'unreadable' AND starts_with(f.reason, 'the reader failed on it (')
    AND NOT EXISTS (SELECT FROM ingest.fetch later WHERE later.address_id = f.address_id AND later.fetch_id > f.fetch_id)
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2

-- doctor --
SELECT 'a document without a current revision' AS problem, d.key AS detail
FROM ingest.document d WHERE d.current_revision_id IS NULL AND d.merged_into IS NULL
UNION ALL
SELECT 'a current revision that is not its document''s', d.key
FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
WHERE r.document_id <> d.document_id
UNION ALL
SELECT 'a document outside every work', d.key
FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
WHERE d.work_id IS NULL AND r.related_at IS NOT NULL
UNION ALL
SELECT 'a work with another number of copies than it says', w.work_id::text
FROM ingest.work w
WHERE w.copy_count <> (SELECT count(*) FROM ingest.document d WHERE d.work_id = w.work_id)
UNION ALL
SELECT 'a work that is not the smallest of its copies', w.work_id::text
FROM ingest.work w
WHERE w.work_id <> (SELECT min(d.document_id) FROM ingest.document d WHERE d.work_id = w.work_id)
UNION ALL
SELECT 'copies of one text in two works', min(d.key)
FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
WHERE r.fold_sha IS NOT NULL AND r.related_at IS NOT NULL
GROUP BY r.fold_sha HAVING count(DISTINCT d.work_id) > 1
UNION ALL
SELECT 'a run whose account does not add up', run.label
FROM ingest.run
WHERE run.ended_at IS NOT NULL AND
    (SELECT count(*) FROM ingest.fetch f WHERE f.run_id = run.run_id) <>
    (SELECT coalesce(sum(ra.looks), 0) FROM ingest.run_address ra WHERE ra.run_id = run.run_id)
