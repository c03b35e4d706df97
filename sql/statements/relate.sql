-- Copies, excerpts and quotations of what is new: fingerprints in, candidates out, matches in.

-- unindexed --
-- Current revisions that are new or were changed, after a number: those that are indexed wait to be measured already.
SELECT d.document_id, r.revision_id, r.text
FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
WHERE r.related_at IS NULL AND r.revision_id > %(after)s
    AND NOT EXISTS (
        SELECT FROM ingest.stale s JOIN ingest.fingerprinted f USING (revision_id)
        WHERE s.revision_id = r.revision_id AND f.document_id = r.document_id)
ORDER BY r.revision_id
LIMIT %(limit)s
FOR NO KEY UPDATE OF r SKIP LOCKED

-- take_gate --
SELECT FROM ingest.gate WHERE name = %(gate)s FOR UPDATE

-- remove_outdated --
-- Revisions of these documents that were replaced, or indexed under another document; and their texts.
WITH gone AS (
    DELETE FROM ingest.fingerprinted f USING ingest.revision r, ingest.document d
    WHERE f.revision_id = r.revision_id AND d.document_id = r.document_id AND r.document_id = ANY (%(documents)s)
        AND (f.document_id, f.revision_id) IS DISTINCT FROM (r.document_id, d.current_revision_id)
    RETURNING f.number, f.revision_id, r.text
), unmarked AS (
    DELETE FROM ingest.stale WHERE revision_id IN (SELECT revision_id FROM gone)
)
SELECT number, text FROM gone

-- numbered --
SELECT f.number, r.text
FROM ingest.fingerprinted f JOIN ingest.revision r USING (revision_id)
WHERE f.number = ANY (%(numbers)s)

-- remove_keys --
WITH removed AS (
    DELETE FROM ingest.fingerprint WHERE key = ANY (%(keys)s::bigint[])
), own AS (
    SELECT leaf.lo, array_agg(key) AS keys
    FROM unnest(%(keys)s::bigint[]) key
    CROSS JOIN LATERAL (SELECT lo FROM ingest.fingerprint_leaf WHERE lo <= key >> 24 ORDER BY lo DESC LIMIT 1) leaf
    GROUP BY leaf.lo
)
UPDATE ingest.fingerprint_leaf leaf SET
    keys = ARRAY(SELECT key FROM unnest(leaf.keys) key WHERE key <> ALL (own.keys) ORDER BY key)
FROM own WHERE leaf.lo = own.lo AND leaf.keys && own.keys

-- add_indexed --
-- Those of these revisions that are current and not indexed yet.
INSERT INTO ingest.fingerprinted (revision_id, document_id)
SELECT r.revision_id, d.document_id
FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
WHERE r.revision_id = ANY (%(ids)s)
ORDER BY r.revision_id
ON CONFLICT DO NOTHING
RETURNING number, revision_id

-- add_keys --
INSERT INTO ingest.fingerprint (key) SELECT unnest(%(keys)s::bigint[])

-- look_up --
-- Each probe with the numbers that have it: at most so many, the lowest first. Rows are new keys, and those that are not
-- among the first of their hash; leaves hold the others. One statement sees both as of one moment.
SELECT probe, (array_agg(DISTINCT number ORDER BY number))[1:%(most)s] AS numbers
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
GROUP BY probe

-- mark --
-- Everybody who holds these fingerprints, and these revisions. A row that stands there already may just be taken out by
-- who measures, so nothing is left out for being there.
INSERT INTO ingest.stale (revision_id)
SELECT revision_id FROM ingest.fingerprinted WHERE revision_id = ANY (%(ids)s)
UNION
SELECT f.revision_id
FROM (
    SELECT (key & 16777215)::integer AS number
    FROM unnest(%(probes)s::bigint[]) probe
    JOIN ingest.fingerprint ON key >= probe << 24 AND key <= (probe << 24 | 16777215)
    UNION
    SELECT (key & 16777215)::integer
    FROM unnest(%(probes)s::bigint[]) probe
    CROSS JOIN LATERAL (
        SELECT keys FROM ingest.fingerprint_leaf WHERE lo <= probe ORDER BY lo DESC LIMIT 1) leaf
    CROSS JOIN LATERAL unnest(leaf.keys) key
    WHERE key >> 24 = probe
) holder
JOIN ingest.fingerprinted f USING (number)

-- mark_documents --
INSERT INTO ingest.stale (revision_id)
SELECT f.revision_id FROM ingest.fingerprinted f JOIN ingest.document d ON d.current_revision_id = f.revision_id
WHERE d.key = ANY (%(keys)s)

-- claim --
-- Revisions to measure, from the first on, whatever else waits. Whoever takes one holds its row to the end.
WITH RECURSIVE waiting AS (
    (SELECT revision_id FROM ingest.stale ORDER BY revision_id LIMIT 1)
    UNION ALL
    SELECT (SELECT s.revision_id FROM ingest.stale s WHERE s.revision_id > w.revision_id ORDER BY s.revision_id LIMIT 1)
    FROM waiting w WHERE w.revision_id IS NOT NULL
)
SELECT taken.*
FROM waiting w
CROSS JOIN LATERAL (
    SELECT d.document_id, r.revision_id, r.text, r.related_at
    FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
    WHERE r.revision_id = w.revision_id
    FOR NO KEY UPDATE OF r SKIP LOCKED) taken
LIMIT %(limit)s

-- unmark --
DELETE FROM ingest.stale WHERE revision_id = ANY (%(ids)s)

-- documents_of --
SELECT number, document_id FROM ingest.fingerprinted WHERE number = ANY (%(numbers)s::integer[]) ORDER BY number, document_id

-- documents --
SELECT d.document_id, r.display_title, r.text
FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
WHERE d.document_id = ANY (%(ids)s)

-- texts --
SELECT d.document_id, r.revision_id, r.text
FROM ingest.document d
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
JOIN ingest.fingerprinted f USING (revision_id)
WHERE d.document_id = ANY (%(documents)s)

-- remove_sides --
DELETE FROM ingest.side
WHERE teller IN (SELECT revision_id FROM ingest.revision WHERE document_id = ANY (%(documents)s))
RETURNING a, b

-- add_sides --
INSERT INTO ingest.side (a, b, teller, document_id, kind, part, share_a, share_b, spans)
SELECT a, b, teller, document_id, kind, part, share_a, share_b, spans
FROM json_to_recordset(%(rows)s::json) AS r (a bigint, b bigint, teller bigint, document_id bigint, kind text, part text,
    share_a real, share_b real, spans integer[])

-- told_by --
-- Those of these pairs that are told by one of these revisions, or by none any more.
SELECT a, b FROM (
    SELECT DISTINCT ON (p.a, p.b) p.a, p.b, s.teller
    FROM json_to_recordset(%(rows)s::json) AS p (a bigint, b bigint)
    LEFT JOIN ingest.side s USING (a, b)
    ORDER BY p.a, p.b, s.document_id) pair
WHERE teller IS NULL OR teller = ANY (%(ids)s)

-- remove_matches --
DELETE FROM ingest.match m USING json_to_recordset(%(rows)s::json) AS p (a bigint, b bigint)
WHERE m.a = p.a AND m.b = p.b
RETURNING m.a, m.b, m.kind, m.part, m.merges

-- add_matches --
WITH told AS (
    SELECT DISTINCT ON (s.a, s.b) s.*
    FROM json_to_recordset(%(rows)s::json) AS p (a bigint, b bigint) JOIN ingest.side s USING (a, b)
    ORDER BY s.a, s.b, s.document_id
), added AS (
    INSERT INTO ingest.match (a, b, kind, part, share_a, share_b, merges)
    SELECT told.a, told.b, told.kind, told.part, told.share_a, told.share_b,
        told.kind <> 'near_copy' OR coalesce(review.answer = 'same', least(told.share_a, told.share_b) >= %(doubtful)s)
    FROM told
    LEFT JOIN LATERAL ingest.copy_question(told.a, told.b) asked ON told.kind = 'near_copy'
    LEFT JOIN ingest.review ON review.question = 'near_copy' AND review.key_a = asked.key_a AND review.key_b = asked.key_b
        AND review.evidence_sha = asked.evidence_sha
    RETURNING a, b, kind, part, merges
), passages AS (
    INSERT INTO ingest.passage (a, b, n, span_a, span_b)
    SELECT a, b, n, int4range(spans[4 * n - 3], spans[4 * n - 2]), int4range(spans[4 * n - 1], spans[4 * n])
    FROM told CROSS JOIN LATERAL generate_series(1, cardinality(spans) / 4) n
)
SELECT a, b, kind, part, merges FROM added

-- ask_people --
-- The open questions are those of the near copies that are doubtful now; an answer holds for its texts.
WITH doubt AS (
    SELECT asked.*
    FROM ingest.match m
    JOIN ingest.document one ON one.current_revision_id = m.a
    JOIN ingest.document other ON other.current_revision_id = m.b
    CROSS JOIN LATERAL ingest.copy_question(m.a, m.b) asked
    WHERE NOT m.merges
), retracted AS (
    DELETE FROM ingest.review r
    WHERE r.question = 'near_copy' AND r.answered_at IS NULL
        AND NOT EXISTS (SELECT FROM doubt WHERE (key_a, key_b, evidence_sha) = (r.key_a, r.key_b, r.evidence_sha))
)
INSERT INTO ingest.review (question, key_a, key_b, evidence_sha)
SELECT 'near_copy', key_a, key_b, evidence_sha FROM doubt ORDER BY key_a, key_b
ON CONFLICT DO NOTHING

-- open_questions --
SELECT one.document_id AS a, other.document_id AS b, one_revision.display_title AS title_a,
    other_revision.display_title AS title_b
FROM ingest.review q
JOIN ingest.document one ON one.key = q.key_a
JOIN ingest.revision one_revision ON one_revision.revision_id = one.current_revision_id
JOIN ingest.document other ON other.key = q.key_b
JOIN ingest.revision other_revision ON other_revision.revision_id = other.current_revision_id
WHERE q.question = 'near_copy' AND q.answered_at IS NULL
ORDER BY q.asked_at, q.key_a, q.key_b

-- answer --
UPDATE ingest.review q SET answer = %(answer)s, answered_by = %(by)s, answered_at = now()
FROM ingest.match m
JOIN ingest.document one ON one.current_revision_id = m.a
JOIN ingest.document other ON other.current_revision_id = m.b
CROSS JOIN LATERAL ingest.copy_question(m.a, m.b) asked
WHERE (one.document_id, other.document_id) IN ((%(a)s, %(b)s), (%(b)s, %(a)s))
    AND q.question = 'near_copy'
    AND (q.key_a, q.key_b, q.evidence_sha) = (asked.key_a, asked.key_b, asked.evidence_sha)
RETURNING q.key_a, q.key_b

-- settle --
SELECT ingest.settle_works(%(ids)s)

-- documents_of_revisions --
SELECT DISTINCT document_id FROM ingest.revision WHERE revision_id = ANY (%(ids)s::bigint[])

-- set_related --
UPDATE ingest.revision SET related_at = now() WHERE revision_id = ANY (%(ids)s) AND related_at IS NULL

-- forget --
SELECT ingest.forget_relations()

-- steady --
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- waiting --
SELECT (SELECT count(*) FROM ingest.stale)
    + (SELECT count(*) FROM ingest.revision r JOIN ingest.document d ON d.current_revision_id = r.revision_id
       WHERE r.related_at IS NULL) AS waiting

-- sampled --
SELECT revision_id FROM ingest.fingerprinted ORDER BY random() LIMIT %(sample)s

-- texts_of --
SELECT f.document_id, f.number, r.revision_id, r.text, d.key
FROM ingest.fingerprinted f JOIN ingest.revision r USING (revision_id)
JOIN ingest.document d ON d.document_id = f.document_id
WHERE f.revision_id = ANY (%(ids)s)

-- sides_of --
SELECT a, b, teller, document_id, kind, part, share_a, share_b, spans FROM ingest.side WHERE teller = ANY (%(ids)s)

-- missing_keys --
SELECT DISTINCT (key & 16777215)::integer AS number
FROM unnest(%(keys)s::bigint[]) key
WHERE NOT EXISTS (SELECT FROM ingest.fingerprint f WHERE f.key = key.key)
    AND NOT EXISTS (
        SELECT FROM (SELECT keys FROM ingest.fingerprint_leaf WHERE lo <= key.key >> 24 ORDER BY lo DESC LIMIT 1) leaf
        WHERE key.key = ANY (leaf.keys))

-- underived --
-- Matches of these revisions that differ from the side that tells them, in either direction.
WITH told AS (
    SELECT DISTINCT ON (a, b) a, b, kind, part, share_a, share_b, spans
    FROM ingest.side WHERE a = ANY (%(ids)s) OR b = ANY (%(ids)s)
    ORDER BY a, b, document_id
), matched AS (
    SELECT a, b, kind, part, share_a, share_b, coalesce((
        SELECT array_agg(bound ORDER BY p.n, place)
        FROM ingest.passage p
        CROSS JOIN LATERAL unnest(ARRAY[lower(p.span_a), upper(p.span_a), lower(p.span_b), upper(p.span_b)])
            WITH ORDINALITY bounds (bound, place)
        WHERE p.a = m.a AND p.b = m.b), '{}') AS spans
    FROM ingest.match m WHERE a = ANY (%(ids)s) OR b = ANY (%(ids)s)
)
SELECT DISTINCT one.document_id AS a, other.document_id AS b
FROM (SELECT a, b FROM ((TABLE told EXCEPT TABLE matched) UNION ALL (TABLE matched EXCEPT TABLE told)) differing) pair
JOIN ingest.revision one ON one.revision_id = pair.a
JOIN ingest.revision other ON other.revision_id = pair.b

-- copies --
-- Which current documents make one work with these, and which stand in their works; each link once.
WITH own AS (
    SELECT d.document_id, d.work_id, r.revision_id, r.fold_sha
    FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    WHERE d.work_id IN (
        SELECT work_id FROM ingest.document WHERE current_revision_id = ANY (%(ids)s))
)
SELECT own.document_id AS a, own.document_id AS b, own.work_id, own.work_id AS other_work_id FROM own
UNION ALL
SELECT own.document_id, d.document_id, own.work_id, d.work_id
FROM own JOIN ingest.revision r ON r.fold_sha = own.fold_sha AND r.revision_id <> own.revision_id
JOIN ingest.document d ON d.current_revision_id = r.revision_id
UNION ALL
SELECT own.document_id, d.document_id, own.work_id, d.work_id
FROM own JOIN ingest.match m ON m.a = own.revision_id AND m.kind = 'near_copy' AND m.merges
JOIN ingest.document d ON d.current_revision_id = m.b
UNION ALL
SELECT own.document_id, d.document_id, own.work_id, d.work_id
FROM own JOIN ingest.match m ON m.b = own.revision_id AND m.kind = 'near_copy' AND m.merges
JOIN ingest.document d ON d.current_revision_id = m.a

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
WHERE (SELECT count(*) FROM ingest.fingerprinted) - merged_to > %(share)s * merged_to
ORDER BY slice

-- merge --
SELECT ingest.merge_fingerprints(%(slice)s) AS keys

-- clean_up --
VACUUM ingest.fingerprint, ingest.fingerprint_leaf

-- rebuild --
-- The index of rows that were packed keeps their empty pages.
REINDEX TABLE ingest.fingerprint
