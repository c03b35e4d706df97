-- Relations as a function of the texts and of people's answers: what each revision sees from its side, and what is derived
-- from that. Everything that is here is measured again; until then it stands as it was.

-- A revision has the number of its document, so that which holders of a fingerprint are its first depends on no order.
-- Documents may share a number: then each passes for a holder of what the others hold, which costs a comparison.
DROP TABLE ingest.fingerprinted;
TRUNCATE ingest.fingerprint, ingest.fingerprint_leaf;
INSERT INTO ingest.fingerprint_leaf SELECT slice::bigint << 33, '{}' FROM ingest.fingerprint_slice;
UPDATE ingest.fingerprint_slice SET merged_to = 0;
CREATE TABLE ingest.fingerprinted (
    revision_id bigint PRIMARY KEY REFERENCES ingest.revision,
    document_id bigint NOT NULL,
    number integer NOT NULL GENERATED ALWAYS AS ((document_id & 16777215)::integer) STORED
);
CREATE INDEX fingerprinted_number ON ingest.fingerprinted (number);

-- Only added to and deleted from, so that whoever marks never waits for who measures.
CREATE TABLE ingest.stale (revision_id bigint NOT NULL);
CREATE INDEX stale_revision ON ingest.stale (revision_id);

CREATE TABLE ingest.side (
    a bigint NOT NULL,
    b bigint NOT NULL,
    teller bigint NOT NULL CHECK (teller IN (a, b)),
    document_id bigint NOT NULL,
    kind text NOT NULL,
    part text,
    share_a real NOT NULL,
    share_b real NOT NULL,
    spans integer[] NOT NULL,
    PRIMARY KEY (a, b, teller),
    CHECK (a < b)
);
CREATE INDEX side_teller ON ingest.side (teller);

INSERT INTO ingest.gate VALUES ('fingerprints');

ALTER TABLE ingest.match ADD COLUMN merges boolean NOT NULL DEFAULT true;
CREATE INDEX match_apart ON ingest.match (a, b) WHERE NOT merges;

-- What was measured before goes on as one side of it, which gives way when that text is measured again.
INSERT INTO ingest.side (a, b, teller, document_id, kind, part, share_a, share_b, spans)
SELECT m.a, m.b, m.a, r.document_id, m.kind, m.part, m.share_a, m.share_b, coalesce(passages.spans, '{}')
FROM ingest.match m
JOIN ingest.revision r ON r.revision_id = m.a
CROSS JOIN LATERAL (
    SELECT array_agg(bound ORDER BY p.n, place) AS spans
    FROM ingest.passage p
    CROSS JOIN LATERAL unnest(ARRAY[lower(p.span_a), upper(p.span_a), lower(p.span_b), upper(p.span_b)])
        WITH ORDINALITY bounds (bound, place)
    WHERE p.a = m.a AND p.b = m.b) passages;

-- An answer holds for the texts that it was given for. Questions that nobody answered are asked again.
DELETE FROM ingest.review WHERE answered_at IS NULL;
ALTER TABLE ingest.review DROP CONSTRAINT review_pkey;
ALTER TABLE ingest.review ADD PRIMARY KEY (question, key_a, key_b, evidence_sha);

-- What a person is asked about two revisions that are doubtful copies: their documents, and a digest of both texts.
CREATE FUNCTION ingest.copy_question(of_a bigint, of_b bigint)
RETURNS TABLE (key_a text, key_b text, evidence_sha bytea)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(d.key COLLATE "C"), max(d.key COLLATE "C"), sha256(string_agg(r.fold_sha, '' ORDER BY d.key COLLATE "C"))
    FROM ingest.revision r JOIN ingest.document d USING (document_id)
    WHERE r.revision_id IN (of_a, of_b)
$$;
COMMENT ON FUNCTION ingest.copy_question IS 'The two documents of revisions and the digest of their texts, as in ingest.review';
REVOKE EXECUTE ON FUNCTION ingest.copy_question FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.copy_question TO essays_loader;

GRANT SELECT, INSERT, DELETE ON ingest.fingerprinted, ingest.stale, ingest.side TO essays_loader;
GRANT UPDATE ON ingest.fingerprint_leaf TO essays_loader;

-- A work is a component of copies: documents whose current texts are equal once folded, or nearly equal beyond doubt.
CREATE OR REPLACE FUNCTION ingest.settle_works(changed bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    affected bigint[];
    wider bigint[];
    dead bigint[];
    settled bigint[];
BEGIN
    PERFORM FROM ingest.gate WHERE name = 'works' FOR UPDATE;

    -- An excerpt is listed until the essay that contains it is stored, so it is settled again with that essay.
    SELECT array_agg(DISTINCT d) INTO affected FROM (
        SELECT unnest(changed) AS d
        UNION
        SELECT excerpt.document_id
        FROM ingest.address target
        JOIN ingest.claim ON claim.target_key = target.key AND claim.kind = 'excerpt_of'
        JOIN ingest.document excerpt ON excerpt.current_revision_id = claim.revision_id
        WHERE target.document_id = ANY (changed)
        UNION
        SELECT excerpt.document_id
        FROM ingest.document whole
        JOIN LATERAL (
            SELECT CASE part WHEN 'a' THEN a ELSE b END AS revision_id FROM ingest.match
            WHERE kind = 'excerpt_of' AND a = whole.current_revision_id AND part = 'b'
            UNION ALL
            SELECT a FROM ingest.match
            WHERE kind = 'excerpt_of' AND b = whole.current_revision_id AND part = 'a') held ON true
        JOIN ingest.document excerpt ON excerpt.current_revision_id = held.revision_id
        WHERE whole.document_id = ANY (changed) AND excerpt.completeness = 'excerpt') reached;

    LOOP
        WITH known AS (
            SELECT d.document_id, d.work_id, d.current_revision_id, r.fold_sha
            FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
            WHERE d.document_id = ANY (affected)
        )
        SELECT array_agg(document_id) INTO wider FROM (
            SELECT document_id FROM known
            UNION
            SELECT d.document_id
            FROM (SELECT DISTINCT work_id FROM known WHERE work_id IS NOT NULL) w JOIN ingest.document d USING (work_id)
            UNION
            SELECT d.document_id
            FROM (SELECT DISTINCT fold_sha FROM known WHERE fold_sha IS NOT NULL) f
            JOIN ingest.revision r USING (fold_sha)
            JOIN ingest.document d ON d.current_revision_id = r.revision_id
            UNION
            SELECT d.document_id
            FROM known JOIN ingest.match m ON m.a = known.current_revision_id AND m.kind = 'near_copy' AND m.merges
            JOIN ingest.document d ON d.current_revision_id = m.b
            UNION
            SELECT d.document_id
            FROM known JOIN ingest.match m ON m.b = known.current_revision_id AND m.kind = 'near_copy' AND m.merges
            JOIN ingest.document d ON d.current_revision_id = m.a) reached;
        EXIT WHEN wider IS NULL OR cardinality(wider) <= cardinality(affected);
        affected := wider;
    END LOOP;
    PERFORM FROM ingest.document WHERE document_id = ANY (affected) ORDER BY document_id FOR UPDATE;

    -- Components: each document takes the smallest label of its copies, until nothing changes.
    DELETE FROM ingest.settling;
    DELETE FROM ingest.settling_edge;
    INSERT INTO ingest.settling
    SELECT d.document_id, min(d.document_id) OVER (PARTITION BY coalesce(r.fold_sha, int8send(d.document_id)))
    FROM ingest.document d JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    WHERE d.document_id = ANY (affected);
    INSERT INTO ingest.settling_edge
    SELECT document_id, label FROM ingest.settling WHERE label <> document_id
    UNION ALL
    SELECT one.document_id, other.document_id
    FROM ingest.settling s
    JOIN ingest.document one USING (document_id)
    JOIN ingest.match m ON m.a = one.current_revision_id AND m.kind = 'near_copy' AND m.merges
    JOIN ingest.document other ON other.current_revision_id = m.b;
    LOOP
        UPDATE ingest.settling s SET label = lower.label
        FROM (
            SELECT document_id, min(label) AS label FROM (
                SELECT e.a AS document_id, o.label FROM ingest.settling_edge e JOIN ingest.settling o ON o.document_id = e.b
                UNION ALL
                SELECT e.b, o.label FROM ingest.settling_edge e JOIN ingest.settling o ON o.document_id = e.a
                UNION ALL
                SELECT own.document_id, o.label FROM ingest.settling own JOIN ingest.settling o ON o.document_id = own.label
            ) seen GROUP BY document_id) lower
        WHERE s.document_id = lower.document_id AND lower.label < s.label;
        EXIT WHEN NOT FOUND;
    END LOOP;

    WITH copy AS (
        SELECT d.document_id, d.key, d.completeness, d.role, d.obtained, r.published_at, r.char_count, s.label AS work_id,
            d.completeness = 'excerpt' AND (
                EXISTS (
                    SELECT FROM ingest.claim
                    JOIN ingest.address target ON target.key = claim.target_key
                    JOIN ingest.document whole ON whole.document_id = target.document_id
                    WHERE claim.revision_id = d.current_revision_id AND claim.kind = 'excerpt_of'
                        AND whole.completeness <> 'excerpt')
                OR EXISTS (
                    SELECT FROM ingest.match m JOIN ingest.document whole ON whole.current_revision_id = m.b
                    WHERE m.a = d.current_revision_id AND m.kind = 'excerpt_of' AND m.part = 'a'
                        AND whole.completeness <> 'excerpt')
                OR EXISTS (
                    SELECT FROM ingest.match m JOIN ingest.document whole ON whole.current_revision_id = m.a
                    WHERE m.b = d.current_revision_id AND m.kind = 'excerpt_of' AND m.part = 'b'
                        AND whole.completeness <> 'excerpt')) AS is_contained
        FROM ingest.settling s
        JOIN ingest.document d USING (document_id)
        JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    ), made AS (
        INSERT INTO ingest.work AS w (work_id, best_document_id, copy_count, has_original, is_listed)
        SELECT work_id,
            (array_agg(document_id ORDER BY
                array_position(ARRAY['full', 'preview', 'excerpt'], completeness),
                array_position(ARRAY['original', 'unknown', 'reprint', 'repost'], role),
                array_position(ARRAY['fetched', 'feed', 'handed_in', 'seed'], obtained),
                published_at NULLS LAST, char_count DESC, key COLLATE "C"))[1],
            count(*), bool_or(role = 'original'), NOT bool_and(is_contained)
        FROM copy GROUP BY work_id
        ON CONFLICT (work_id) DO UPDATE SET
            best_document_id = excluded.best_document_id, copy_count = excluded.copy_count,
            has_original = excluded.has_original, is_listed = excluded.is_listed
            WHERE (w.best_document_id, w.copy_count, w.has_original, w.is_listed)
                IS DISTINCT FROM
                (excluded.best_document_id, excluded.copy_count, excluded.has_original, excluded.is_listed)
    )
    SELECT array_agg(DISTINCT copy.work_id) INTO settled FROM copy;

    SELECT array_agg(DISTINCT d.work_id) INTO dead
    FROM ingest.document d
    WHERE d.document_id = ANY (affected) AND d.work_id IS NOT NULL AND d.work_id <> ALL (settled);

    UPDATE ingest.document d SET work_id = s.label
    FROM ingest.settling s
    WHERE d.document_id = s.document_id AND d.work_id IS DISTINCT FROM s.label;

    DELETE FROM ingest.work_was WHERE old_id = ANY (settled);
    INSERT INTO ingest.work_was (old_id, work_id)
    SELECT d.document_id, d.work_id FROM ingest.document d WHERE d.document_id = ANY (dead)
    ON CONFLICT (old_id) DO UPDATE SET work_id = excluded.work_id;
    UPDATE ingest.work_was w SET work_id = d.work_id
    FROM ingest.document d WHERE w.work_id = ANY (dead) AND d.document_id = w.work_id;
    DELETE FROM ingest.work WHERE work_id = ANY (dead);

    RETURN settled;
END
$$;

-- Writes a slice anew from its leaves and its rows; how many keys it has now, or NULL when another session is at it.
-- Of a hash that more than `most` revisions have, the lowest numbers are packed and the others stay rows.
CREATE OR REPLACE FUNCTION ingest.merge_fingerprints(of_slice integer, most integer DEFAULT 64, leaf_size integer DEFAULT 116)
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    low CONSTANT bigint := of_slice::bigint << 33;
    beyond CONSTANT bigint := (of_slice + 1)::bigint << 33;
    merged bigint;
BEGIN
    PERFORM FROM ingest.fingerprint_slice WHERE slice = of_slice FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM FROM ingest.gate WHERE name = 'fingerprints' FOR UPDATE;

    WITH packed AS (
        DELETE FROM ingest.fingerprint_leaf WHERE lo >= low AND lo < beyond RETURNING keys
    ), known AS (
        SELECT key, bool_or(is_row) AS is_row, bool_or(NOT is_row) AS is_packed
        FROM (
            SELECT key, true AS is_row FROM ingest.fingerprint
            WHERE key >= low << 24 AND key <= ((beyond - 1) << 24 | 16777215)
            UNION ALL
            SELECT unnest(keys), false FROM packed) every_key
        GROUP BY key
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY key >> 24 ORDER BY key) AS place FROM known
    ), removed AS (
        DELETE FROM ingest.fingerprint f USING ranked r WHERE f.key = r.key AND r.is_row AND r.place <= most
    ), added AS (
        INSERT INTO ingest.fingerprint SELECT key FROM ranked WHERE place > most AND NOT is_row
    ), numbered AS (
        SELECT key, row_number() OVER (ORDER BY key) - place AS before FROM ranked WHERE place <= most
    ), leaves AS (
        SELECT before / leaf_size AS leaf, array_agg(key ORDER BY key) AS keys FROM numbered GROUP BY 1
    ), written AS (
        INSERT INTO ingest.fingerprint_leaf
        SELECT CASE WHEN leaf = (SELECT min(leaf) FROM leaves) THEN low ELSE keys[1] >> 24 END, keys FROM leaves
        RETURNING cardinality(keys) AS size
    )
    SELECT coalesce(sum(size), 0) INTO merged FROM written;
    INSERT INTO ingest.fingerprint_leaf SELECT low, '{}' WHERE merged = 0;
    UPDATE ingest.fingerprint_slice SET merged_to = (SELECT count(*) FROM ingest.fingerprinted) WHERE slice = of_slice;
    RETURN merged;
END
$$;

-- Empties the index and asks for all to be measured again. Relations stand until then. Whoever indexes or measures begins
-- with ingest.stale, so none of them is between two steps when it is empty.
CREATE OR REPLACE FUNCTION ingest.forget_relations() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    LOCK TABLE ingest.stale;
    TRUNCATE ingest.stale, ingest.fingerprinted, ingest.fingerprint, ingest.fingerprint_leaf;
    UPDATE ingest.fingerprint_slice SET merged_to = 0;
    INSERT INTO ingest.fingerprint_leaf SELECT slice::bigint << 33, '{}' FROM ingest.fingerprint_slice;
    UPDATE ingest.revision r SET related_at = NULL
    FROM ingest.document d WHERE d.current_revision_id = r.revision_id AND r.related_at IS NOT NULL;
$$;
COMMENT ON FUNCTION ingest.forget_relations IS 'Empties the index of fingerprints and asks for all to be measured again';

UPDATE ingest.revision SET related_at = NULL WHERE related_at IS NOT NULL;
