-- open_run --
INSERT INTO ingest.run (label, dag) VALUES (%(label)s, %(dag)s)
ON CONFLICT (label) DO UPDATE SET ended_at = NULL
RETURNING run_id

-- close_run --
UPDATE ingest.run SET ended_at = now() WHERE run_id = %(run_id)s

-- account --
SELECT outcome, state, count(*) AS addresses, sum(1 + repeats) AS looks
FROM ingest.run_address WHERE run_id = %(run_id)s
GROUP BY outcome, state ORDER BY outcome, state

-- looks --
SELECT count(*) AS looks FROM ingest.fetch WHERE run_id = %(run_id)s

-- pending --
SELECT d.document_id, r.revision_id
FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
WHERE r.related_at IS NULL
ORDER BY r.revision_id
LIMIT %(limit)s

-- settle --
SELECT ingest.settle_works(%(ids)s)

-- set_related --
UPDATE ingest.revision SET related_at = now() WHERE revision_id = ANY (%(ids)s)

-- seed_files --
SELECT path, sha256, document_id, missing_since FROM ingest.seed_file WHERE corpus = %(corpus)s FOR UPDATE

-- set_missing --
UPDATE ingest.seed_file SET missing_since = now()
WHERE corpus = %(corpus)s AND path = ANY (%(paths)s) AND missing_since IS NULL

-- set_found --
UPDATE ingest.seed_file SET missing_since = NULL
WHERE corpus = %(corpus)s AND path = ANY (%(paths)s) AND missing_since IS NOT NULL

-- move_seed_file --
WITH moved AS (
    UPDATE ingest.seed_file SET path = %(path)s, missing_since = NULL
    WHERE corpus = %(corpus)s AND path = %(old_path)s
    RETURNING document_id
), left_behind AS (
    UPDATE ingest.address SET document_id = NULL WHERE key = %(old_key)s
)
INSERT INTO ingest.address AS a (key, document_id)
SELECT %(key)s, document_id FROM moved
ON CONFLICT (key) DO UPDATE SET document_id = excluded.document_id WHERE a.document_id IS NULL

-- moved_keys --
SELECT d.key
FROM ingest.seed_file s JOIN ingest.document d USING (document_id)
WHERE s.corpus = %(corpus)s AND d.key <> 'seed:' || s.corpus || '/' || s.path

-- missing_files --
SELECT path FROM ingest.seed_file WHERE corpus = %(corpus)s AND missing_since IS NOT NULL ORDER BY path
