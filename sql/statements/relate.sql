-- Copies, excerpts and quotations of what is new: fingerprints in, candidates out, matches in.

-- pending --
-- Whoever takes a revision holds its row until it is related; another worker takes the next ones.
SELECT d.document_id, r.revision_id, r.text, r.related_at
FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
WHERE r.related_at IS NULL
ORDER BY r.revision_id
LIMIT %(limit)s
FOR NO KEY UPDATE OF r SKIP LOCKED

-- take_gate --
SELECT FROM ingest.gate WHERE name = 'works' FOR UPDATE

-- outdated --
-- Revisions that were current when they were fingerprinted, and their texts: whoever removes them holds their rows.
SELECT f.number, f.revision_id, r.text
FROM ingest.fingerprinted f
JOIN ingest.revision r USING (revision_id)
JOIN ingest.document d USING (document_id)
WHERE r.document_id = ANY (%(documents)s) AND d.current_revision_id IS DISTINCT FROM r.revision_id
ORDER BY f.number FOR UPDATE OF f

-- remove_keys --
DELETE FROM ingest.fingerprint WHERE key = ANY (%(keys)s)

-- remove_numbers --
WITH gone AS (DELETE FROM ingest.fingerprinted WHERE number = ANY (%(numbers)s) RETURNING number)
INSERT INTO ingest.fingerprint_dead
SELECT number FROM gone WHERE number <= (SELECT max(merged_to) FROM ingest.fingerprint_slice)
ON CONFLICT DO NOTHING

-- remove_matches --
DELETE FROM ingest.match m USING ingest.revision r
WHERE r.document_id = ANY (%(documents)s) AND (m.a = r.revision_id OR m.b = r.revision_id)

-- among --
SELECT a, b FROM ingest.match WHERE a = ANY (%(ids)s::bigint[]) AND b = ANY (%(ids)s::bigint[])

-- remove_among --
DELETE FROM ingest.match WHERE a = ANY (%(ids)s::bigint[]) AND b = ANY (%(ids)s::bigint[])
RETURNING a, b, kind

-- add_numbers --
INSERT INTO ingest.fingerprinted (revision_id)
SELECT id FROM unnest(%(ids)s::bigint[]) id ORDER BY id
ON CONFLICT DO NOTHING
RETURNING number, revision_id

-- add_keys --
INSERT INTO ingest.fingerprint (key) SELECT unnest(%(keys)s::bigint[])

-- look_up --
-- Each probe with the documents that have it: at most so many, the lowest numbers first. Rows are new keys, leaves hold
-- the others; one statement sees both as of one moment, so a key that is being merged is seen once.
SELECT probe, (array_agg(number ORDER BY number))[1:%(most)s] AS numbers
FROM (
    SELECT probe, (key & 16777215)::integer AS number
    FROM unnest(%(probes)s::bigint[]) probe
    CROSS JOIN LATERAL (
        SELECT key FROM ingest.fingerprint
        WHERE key >= probe << 24 AND key <= (probe << 24 | 16777215)
        ORDER BY key LIMIT %(most)s) fresh
    UNION ALL
    SELECT probe, (key & 16777215)::integer
    FROM (
        SELECT probe, unnest(leaf.keys[first.place + 1:first.place + 64]) AS key
        FROM unnest(%(probes)s::bigint[]) probe
        CROSS JOIN LATERAL (
            SELECT keys FROM ingest.fingerprint_leaf WHERE lo <= probe ORDER BY lo DESC LIMIT 1) leaf
        CROSS JOIN LATERAL (SELECT width_bucket((probe << 24) - 1, leaf.keys) AS place OFFSET 0) first
        WHERE cardinality(leaf.keys) > 0
            AND EXISTS (SELECT FROM ingest.fingerprint_leaf WHERE cardinality(keys) > 0)) packed  -- asked once, before all leaves
    WHERE key >> 24 = probe
) found
WHERE number NOT IN (SELECT number FROM ingest.fingerprint_dead)
GROUP BY probe

-- documents_of --
SELECT f.number, r.document_id
FROM ingest.fingerprinted f JOIN ingest.revision r USING (revision_id)
WHERE f.number = ANY (%(numbers)s::integer[])

-- documents --
SELECT d.document_id, r.display_title, r.text
FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
WHERE d.document_id = ANY (%(ids)s)

-- texts --
SELECT d.document_id, r.revision_id, r.text, r.related_at
FROM ingest.document d
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
JOIN ingest.fingerprinted f USING (revision_id)
WHERE d.document_id = ANY (%(documents)s)

-- add_matches --
INSERT INTO ingest.match (a, b, kind, part, share_a, share_b)
SELECT a, b, kind, part, share_a, share_b
FROM json_to_recordset(%(rows)s::json) AS r (a bigint, b bigint, kind text, part text, share_a real, share_b real)
ORDER BY a, b
ON CONFLICT (a, b) DO UPDATE SET kind = excluded.kind, part = excluded.part, share_a = excluded.share_a,
    share_b = excluded.share_b

-- remove_passages --
DELETE FROM ingest.passage p
USING json_to_recordset(%(rows)s::json) AS r (a bigint, b bigint)
WHERE p.a = r.a AND p.b = r.b

-- add_passages --
INSERT INTO ingest.passage (a, b, n, span_a, span_b)
SELECT a, b, n, int4range(from_a, to_a), int4range(from_b, to_b)
FROM json_to_recordset(%(rows)s::json) AS r (a bigint, b bigint, n integer, from_a integer, to_a integer, from_b integer,
    to_b integer)

-- ask_person --
INSERT INTO ingest.review (question, key_a, key_b, evidence_sha)
SELECT 'near_copy', least(one.key, other.key), greatest(one.key, other.key),
    sha256(first.content_sha || second.content_sha)
FROM json_to_recordset(%(rows)s::json) AS r (a bigint, b bigint)
JOIN ingest.revision first ON first.revision_id = r.a
JOIN ingest.revision second ON second.revision_id = r.b
JOIN ingest.document one ON one.document_id = first.document_id
JOIN ingest.document other ON other.document_id = second.document_id
ORDER BY 2, 3
ON CONFLICT DO NOTHING

-- settle --
SELECT ingest.settle_works(%(ids)s)

-- set_related --
UPDATE ingest.revision SET related_at = now() WHERE revision_id = ANY (%(ids)s)

-- forget --
SELECT ingest.forget_relations()

-- folds --
SELECT r.revision_id, r.text, r.fold_sha FROM ingest.revision r
WHERE r.revision_id > %(after)s ORDER BY r.revision_id LIMIT %(limit)s

-- set_folds --
UPDATE ingest.revision r SET fold_sha = decode(n.fold_sha, 'hex')
FROM json_to_recordset(%(rows)s::json) AS n (revision_id bigint, fold_sha text)
WHERE r.revision_id = n.revision_id

-- sizes --
SELECT pg_total_relation_size('ingest.fingerprint') + pg_total_relation_size('ingest.fingerprint_leaf') AS bytes,
    (SELECT count(*) FROM ingest.fingerprint) + (SELECT coalesce(sum(cardinality(keys)), 0) FROM ingest.fingerprint_leaf) AS rows

-- slices --
-- Those to which more than a share of what they hold was added since they were merged.
SELECT slice FROM ingest.fingerprint_slice
WHERE (SELECT coalesce(max(number), 0) FROM ingest.fingerprinted) - merged_to > %(share)s * merged_to
ORDER BY slice

-- merge --
SELECT ingest.merge_fingerprints(%(slice)s) AS keys

-- clean_up --
VACUUM ingest.fingerprint, ingest.fingerprint_leaf

-- rebuild --
-- The index of rows that were packed keeps their empty pages.
REINDEX TABLE ingest.fingerprint
