CREATE TABLE ingest.gate (name text PRIMARY KEY);
COMMENT ON TABLE ingest.gate IS 'Rows to lock, so that one settles works at a time; analysts can''t reach them';
INSERT INTO ingest.gate VALUES ('works');

-- A work is a component of copies: documents whose current texts are equal once folded.
CREATE FUNCTION ingest.settle_works(changed bigint[]) RETURNS bigint[]
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
        WHERE target.document_id = ANY (changed)) reached;

    LOOP
        WITH known AS (
            SELECT d.document_id, d.work_id, r.fold_sha
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
            JOIN ingest.document d ON d.current_revision_id = r.revision_id) reached;
        EXIT WHEN wider IS NULL OR cardinality(wider) <= cardinality(affected);
        affected := wider;
    END LOOP;
    PERFORM FROM ingest.document WHERE document_id = ANY (affected) ORDER BY document_id FOR UPDATE;

    WITH copy AS (
        SELECT d.document_id, d.key, d.completeness, d.role, d.obtained, r.published_at, r.char_count,
            min(d.document_id) OVER (PARTITION BY coalesce(r.fold_sha, int8send(d.document_id))) AS work_id,
            d.completeness = 'excerpt' AND EXISTS (
                SELECT FROM ingest.claim
                JOIN ingest.address target ON target.key = claim.target_key
                JOIN ingest.document whole ON whole.document_id = target.document_id
                WHERE claim.revision_id = d.current_revision_id AND claim.kind = 'excerpt_of'
                    AND whole.completeness <> 'excerpt') AS is_contained
        FROM ingest.document d
        JOIN ingest.revision r ON r.revision_id = d.current_revision_id
        WHERE d.document_id = ANY (affected)
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

    UPDATE ingest.document d SET work_id = copy.work_id
    FROM (SELECT own.document_id,
              min(own.document_id) OVER (PARTITION BY coalesce(r.fold_sha, int8send(own.document_id))) AS work_id
          FROM ingest.document own
          JOIN ingest.revision r ON r.revision_id = own.current_revision_id
          WHERE own.document_id = ANY (affected)) copy
    WHERE d.document_id = copy.document_id AND d.work_id IS DISTINCT FROM copy.work_id;

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
COMMENT ON FUNCTION ingest.settle_works IS 'Works, their best copies and their numbers after these documents changed';
REVOKE EXECUTE ON FUNCTION ingest.settle_works FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.settle_works TO essays_loader;
GRANT SELECT, UPDATE ON ingest.gate TO essays_loader;

-- The account that any of these identifiers belongs to; identifiers that prove two accounts to be one unite them.
CREATE FUNCTION ingest.account_of(of_site text, keys text[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM ingest.account_key WHERE site = of_site AND key = ANY (keys)) THEN
        WITH made AS (INSERT INTO ingest.account (site) VALUES (of_site) RETURNING account_id)
        INSERT INTO ingest.account_key SELECT of_site, k, account_id FROM made, unnest(keys) k ORDER BY k
        ON CONFLICT DO NOTHING;
    END IF;
    SELECT array_agg(DISTINCT account_id ORDER BY account_id) INTO found
    FROM ingest.account_key WHERE site = of_site AND key = ANY (keys);
    INSERT INTO ingest.account_key SELECT of_site, k, found[1] FROM unnest(keys) k ORDER BY k ON CONFLICT DO NOTHING;
    IF cardinality(found) > 1 THEN
        UPDATE ingest.account_key SET account_id = found[1] WHERE account_id = ANY (found[2:]);
        UPDATE ingest.revision SET account_id = found[1] WHERE account_id = ANY (found[2:]);
    END IF;
    RETURN found[1];
END
$$;
COMMENT ON FUNCTION ingest.account_of IS 'The account with any of these identifiers, made when none has';
REVOKE EXECUTE ON FUNCTION ingest.account_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.account_of TO essays_loader;
