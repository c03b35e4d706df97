-- open_run --
INSERT INTO ingest.run (label, dag) VALUES (%(label)s, %(dag)s)
ON CONFLICT (label) DO UPDATE SET ended_at = NULL
RETURNING run_id

-- close_run --
UPDATE ingest.run SET ended_at = now() WHERE run_id = %(run_id)s

-- account --
SELECT outcome, state, count(*) AS addresses, sum(looks) AS looks, sum(1 + repeats) AS mentions
FROM ingest.run_address WHERE run_id = %(run_id)s
GROUP BY outcome, state ORDER BY outcome, state

-- looks --
SELECT count(*) AS looks, count(DISTINCT origin) AS origins FROM ingest.fetch WHERE run_id = %(run_id)s

-- seed_files --
SELECT path, sha256, document_id, missing_since FROM ingest.seed_file WHERE corpus = %(corpus)s FOR UPDATE

-- set_missing --
UPDATE ingest.seed_file SET missing_since = now()
WHERE corpus = %(corpus)s AND path = ANY (%(paths)s) AND missing_since IS NULL

-- set_found --
UPDATE ingest.seed_file SET missing_since = NULL
WHERE corpus = %(corpus)s AND path = ANY (%(paths)s) AND missing_since IS NOT NULL

-- set_aside --
-- Moves may form chains and rings, so every moved file leaves its place before any takes a new one.
UPDATE ingest.seed_file s SET path = E'\x01' || s.path
FROM json_to_recordset(%(rows)s::json) AS r (old_path text, path text)
WHERE s.corpus = %(corpus)s AND s.path = r.old_path

-- leave_addresses --
UPDATE ingest.address a SET document_id = NULL
FROM json_to_recordset(%(rows)s::json) AS r (old_path text, path text)
WHERE a.key = 'seed:' || %(corpus)s || '/' || r.old_path

-- move_seed_files --
WITH moved AS (
    UPDATE ingest.seed_file s SET path = r.path, missing_since = NULL
    FROM json_to_recordset(%(rows)s::json) AS r (old_path text, path text)
    WHERE s.corpus = %(corpus)s AND s.path = E'\x01' || r.old_path
    RETURNING s.document_id, s.path
)
INSERT INTO ingest.address AS a (key, document_id)
SELECT 'seed:' || %(corpus)s || '/' || path, document_id FROM moved ORDER BY path
ON CONFLICT (key) DO UPDATE SET document_id = excluded.document_id

-- moved_keys --
SELECT d.key
FROM ingest.seed_file s JOIN ingest.document d USING (document_id)
WHERE s.corpus = %(corpus)s AND d.key <> 'seed:' || s.corpus || '/' || s.path

-- missing_files --
SELECT path FROM ingest.seed_file WHERE corpus = %(corpus)s AND missing_since IS NOT NULL ORDER BY path
