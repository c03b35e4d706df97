-- Documents that are looked at again: their pages on the network, or the bytes that were kept.

-- refresh --
-- The best address of each document that passed an age since the network was asked for it last; the most overdue first,
-- so many a host. Who comes later in the same minute finds them due already.
WITH aged AS (
    SELECT d.document_id, a.address_id, a.host, last.fetched_at,
        (SELECT max(coalesce(r.published_at, d.first_seen_at) + age)
         FROM unnest(%(ages)s::interval[]) age
         WHERE coalesce(r.published_at, d.first_seen_at) + age <= now()) AS passed
    FROM ingest.document d
    JOIN ingest.revision r ON r.revision_id = d.current_revision_id
    CROSS JOIN LATERAL (
        SELECT f.address_id, f.fetched_at
        FROM ingest.address known JOIN ingest.fetch f USING (address_id)
        WHERE known.document_id = d.document_id AND f.how = 'network'
        ORDER BY f.fetched_at DESC LIMIT 1) last
    JOIN ingest.address a USING (address_id)
    LEFT JOIN ingest.host h ON h.host = a.host
    WHERE d.availability = 'available' AND a.due_at IS NULL AND NOT coalesce(h.paused, false)
        AND coalesce(h.breaker_until, '-infinity') < now()
), ranked AS (
    SELECT address_id, row_number() OVER (PARTITION BY host ORDER BY fetched_at, address_id) AS place
    FROM aged WHERE fetched_at < passed
), due AS (
    UPDATE ingest.address a SET due_at = now(), tries = 0
    FROM ranked WHERE a.address_id = ranked.address_id AND ranked.place <= %(most)s AND a.due_at IS NULL
    RETURNING a.address_id
)
INSERT INTO ingest.run_address (run_id, address_id, outcome, why, until)
SELECT %(run_id)s, address_id, 'waiting', 'to be looked at again', now() FROM due ORDER BY address_id
ON CONFLICT DO NOTHING
RETURNING address_id

-- kept --
-- The last bytes that each address answered with, when other readers than today's read them.
SELECT last.fetch_id
FROM ingest.address a
CROSS JOIN LATERAL (
    SELECT f.fetch_id, f.readers, f.reader, f.sha256 FROM ingest.fetch f
    WHERE f.address_id = a.address_id AND f.how IN ('network', 'reread') AND f.sha256 IS NOT NULL
    ORDER BY f.fetch_id DESC LIMIT 1) last
JOIN ingest.snapshot s ON s.sha256 = last.sha256
WHERE last.readers IS DISTINCT FROM %(readers)s AND s.bytes IS NOT NULL
    AND (%(site)s::text IS NULL OR a.site = %(site)s OR a.host = %(site)s)
    AND (%(reader)s::text IS NULL OR last.reader = %(reader)s)
ORDER BY last.fetch_id

-- bytes --
SELECT f.fetch_id, a.key, a.url, a.site, f.final_url, f.http_status, s.codec, s.bytes, d.document_id, d.obtained
FROM ingest.fetch f JOIN ingest.address a USING (address_id) JOIN ingest.snapshot s ON s.sha256 = f.sha256
LEFT JOIN ingest.document d USING (document_id)
WHERE f.fetch_id = ANY (%(ids)s) AND s.bytes IS NOT NULL
ORDER BY f.fetch_id
