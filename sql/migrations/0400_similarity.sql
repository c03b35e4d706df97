-- Fingerprints of current revisions. A key is hash << 24 | number, so one narrow index answers look-ups and removals.
CREATE TABLE ingest.fingerprinted (
    number integer GENERATED ALWAYS AS IDENTITY (MAXVALUE 16777215) PRIMARY KEY,
    revision_id bigint NOT NULL UNIQUE REFERENCES ingest.revision
);
COMMENT ON TABLE ingest.fingerprinted IS 'The numbers of 24 bits that revisions have in the index of fingerprints; when they run out, `ingest relate --all` gives them anew';

CREATE TABLE ingest.fingerprint (key bigint NOT NULL);
COMMENT ON TABLE ingest.fingerprint IS 'Fingerprints of current revisions: 39 bits of hash, then 24 bits of the revision''s number';
CREATE INDEX fingerprint_key ON ingest.fingerprint (key);

CREATE TABLE ingest.match (
    a bigint NOT NULL REFERENCES ingest.revision,
    b bigint NOT NULL REFERENCES ingest.revision,
    kind text NOT NULL CHECK (kind IN ('near_copy', 'excerpt_of', 'quotes')),
    part text CHECK (part IN ('a', 'b')),
    share_a real NOT NULL CHECK (share_a BETWEEN 0 AND 1.0001),
    share_b real NOT NULL CHECK (share_b BETWEEN 0 AND 1.0001),
    PRIMARY KEY (a, b),
    CHECK (a < b),
    CHECK ((part IS NULL) = (kind = 'near_copy'))
);
COMMENT ON TABLE ingest.match IS 'What two revisions share, measured; part is the one that the other holds more of. Equal texts are not here: their digests tell';
CREATE INDEX match_b ON ingest.match (b);

CREATE TABLE ingest.passage (
    a bigint NOT NULL,
    b bigint NOT NULL,
    n integer NOT NULL,
    span_a int4range NOT NULL,
    span_b int4range NOT NULL,
    PRIMARY KEY (a, b, n),
    FOREIGN KEY (a, b) REFERENCES ingest.match ON DELETE CASCADE
);
COMMENT ON TABLE ingest.passage IS 'Aligned passages of a match in the order of a; spans count characters of the texts from 0';

CREATE TABLE ingest.review (
    question text NOT NULL CHECK (question IN ('near_copy')),
    key_a text NOT NULL,
    key_b text NOT NULL,
    evidence_sha bytea NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    answer text,
    answered_by text,
    answered_at timestamptz,
    PRIMARY KEY (question, key_a, key_b)
);
COMMENT ON TABLE ingest.review IS 'What a person should look at: near copies that are barely so; keys are those of their documents';

-- Works are settled by one at a time, who holds the gate; what is worked out stands here meanwhile.
CREATE UNLOGGED TABLE ingest.settling (
    document_id bigint PRIMARY KEY,
    label bigint NOT NULL
);
COMMENT ON TABLE ingest.settling IS 'The works that are being settled: each document with the smallest number that it is known to be a copy of';
CREATE UNLOGGED TABLE ingest.settling_edge (a bigint NOT NULL, b bigint NOT NULL);
COMMENT ON TABLE ingest.settling_edge IS 'The copies that the documents in ingest.settling are of one another';

GRANT SELECT, INSERT, DELETE ON ingest.fingerprint, ingest.passage TO essays_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest.fingerprinted, ingest.match, ingest.review, ingest.settling, ingest.settling_edge TO essays_loader;
GRANT UPDATE (fold_sha) ON ingest.revision TO essays_loader;

-- A work is a component of copies: documents whose current texts are equal once folded, or nearly equal.
CREATE OR REPLACE FUNCTION ingest.settle_works(changed bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
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
            FROM known JOIN ingest.match m ON m.a = known.current_revision_id AND m.kind = 'near_copy'
            JOIN ingest.document d ON d.current_revision_id = m.b
            UNION
            SELECT d.document_id
            FROM known JOIN ingest.match m ON m.b = known.current_revision_id AND m.kind = 'near_copy'
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
    JOIN ingest.match m ON m.a = one.current_revision_id AND m.kind = 'near_copy'
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

-- All that was measured, so that it is measured anew, with numbers from 1.
CREATE FUNCTION ingest.forget_relations() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    TRUNCATE ingest.fingerprint, ingest.fingerprinted, ingest.match, ingest.passage RESTART IDENTITY;
    UPDATE ingest.revision r SET related_at = NULL
    FROM ingest.document d WHERE d.current_revision_id = r.revision_id AND r.related_at IS NOT NULL;
$$;
COMMENT ON FUNCTION ingest.forget_relations IS 'Forgets fingerprints and measured relations of all documents, to be related again';
REVOKE EXECUTE ON FUNCTION ingest.forget_relations FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.forget_relations TO essays_loader;

-- What is here was related by equal texts alone.
UPDATE ingest.revision SET related_at = NULL WHERE related_at IS NOT NULL;
