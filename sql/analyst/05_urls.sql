-- The spelling itself may be a key. A page of a site with rules of its own is found by the URLs by which it was met; more
-- parameters than a known one has make no difference there, where the bare path was met.
CREATE OR REPLACE FUNCTION ingest.keys_of(url text) RETURNS SETOF text
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    WITH asked AS MATERIALIZED (SELECT ingest.url_key(url) AS url_key), met AS (
        SELECT s.key FROM asked JOIN ingest.spelling s USING (url_key)
    )
    SELECT btrim(url)
    UNION SELECT url_key FROM asked WHERE url_key IS NOT NULL
    UNION SELECT key FROM met
    UNION SELECT s.key FROM asked JOIN ingest.spelling s ON s.url_key = split_part(asked.url_key, '?', 1)
        WHERE NOT EXISTS (SELECT FROM met)
$$;
COMMENT ON FUNCTION ingest.keys_of IS 'The keys that a URL may have: as it is spelled, by the rule for any site, and of what was met by it';
REVOKE EXECUTE ON FUNCTION ingest.keys_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.keys_of TO essays_loader;
