-- Fingerprints of large corpora, packed: sorted keys in leaves, an eighth of the size of rows. New ones stay rows until
-- their slice of the hashes is merged.
CREATE TABLE ingest.fingerprint_leaf (
    lo bigint PRIMARY KEY,
    keys bigint[] NOT NULL
);
ALTER TABLE ingest.fingerprint_leaf ALTER COLUMN keys SET STORAGE EXTERNAL;
COMMENT ON TABLE ingest.fingerprint_leaf IS 'Keys of ingest.fingerprint, sorted, whose hashes are at least lo and less than the next one''s; no hash is in two leaves';

CREATE TABLE ingest.fingerprint_slice (
    slice integer PRIMARY KEY CHECK (slice BETWEEN 0 AND 63),
    merged_to integer NOT NULL DEFAULT 0
);
COMMENT ON TABLE ingest.fingerprint_slice IS 'The 64 parts of the hashes that are merged one by one, and up to which number each was';

CREATE TABLE ingest.fingerprint_dead (number integer PRIMARY KEY);
COMMENT ON TABLE ingest.fingerprint_dead IS 'Numbers whose keys may still stand in leaves; look-ups pass over them';

INSERT INTO ingest.fingerprint_slice SELECT generate_series(0, 63);
INSERT INTO ingest.fingerprint_leaf SELECT slice::bigint << 33, '{}' FROM ingest.fingerprint_slice;

GRANT SELECT, INSERT, DELETE ON ingest.fingerprint_leaf TO essays_loader;
GRANT SELECT, UPDATE ON ingest.fingerprint_slice TO essays_loader;
GRANT SELECT, INSERT ON ingest.fingerprint_dead TO essays_loader;

-- Writes a slice anew from its leaves and its rows; how many keys it has now, or NULL when another session is at it.
-- Of a hash that more than `most` revisions have, the lowest numbers are kept: look-ups ask for fewer.
CREATE FUNCTION ingest.merge_fingerprints(of_slice integer, most integer DEFAULT 64, leaf_size integer DEFAULT 116)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    low CONSTANT bigint := of_slice::bigint << 33;
    beyond CONSTANT bigint := (of_slice + 1)::bigint << 33;
    upto integer;
    merged bigint;
BEGIN
    PERFORM FROM ingest.fingerprint_slice WHERE slice = of_slice FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(max(number), 0) INTO upto FROM ingest.fingerprinted;

    WITH fresh AS (
        DELETE FROM ingest.fingerprint WHERE key >= low << 24 AND key <= ((beyond - 1) << 24 | 16777215) RETURNING key
    ), packed AS (
        DELETE FROM ingest.fingerprint_leaf WHERE lo >= low AND lo < beyond RETURNING keys
    ), alive AS (
        SELECT key FROM (SELECT key FROM fresh UNION ALL SELECT unnest(keys) FROM packed) every_key
        WHERE (key & 16777215)::integer NOT IN (SELECT number FROM ingest.fingerprint_dead)
    ), ranked AS (
        SELECT key, row_number() OVER (PARTITION BY key >> 24 ORDER BY key) AS place FROM alive
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
    UPDATE ingest.fingerprint_slice SET merged_to = upto WHERE slice = of_slice;
    RETURN merged;
END
$$;
COMMENT ON FUNCTION ingest.merge_fingerprints IS 'Packs the fingerprints of one of 64 slices into leaves';
REVOKE EXECUTE ON FUNCTION ingest.merge_fingerprints FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.merge_fingerprints TO essays_loader;

CREATE OR REPLACE FUNCTION ingest.forget_relations() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    TRUNCATE ingest.fingerprint, ingest.fingerprint_leaf, ingest.fingerprint_dead, ingest.fingerprinted, ingest.match,
        ingest.passage RESTART IDENTITY;
    UPDATE ingest.fingerprint_slice SET merged_to = 0;
    INSERT INTO ingest.fingerprint_leaf SELECT slice::bigint << 33, '{}' FROM ingest.fingerprint_slice;
    UPDATE ingest.revision r SET related_at = NULL
    FROM ingest.document d WHERE d.current_revision_id = r.revision_id AND r.related_at IS NOT NULL;
$$;

-- Whoever loads may clean up behind a merge, where the server knows such a right.
DO $$
BEGIN
    IF current_setting('server_version_num')::integer >= 170000 THEN
        EXECUTE 'GRANT MAINTAIN ON ingest.fingerprint, ingest.fingerprint_leaf TO essays_loader';
    END IF;
END
$$;
