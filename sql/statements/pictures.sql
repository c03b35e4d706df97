-- Bytes of pictures: which addresses are wanted, who looks at which, and what came.

-- want --
-- The first pictures of each document, each address once.
INSERT INTO ingest.picture_address (url, host, referer)
SELECT DISTINCT ON (url) url, host, referer
FROM (
    SELECT s.data ->> 'url' AS url,
        lower(substring(s.data ->> 'url' FROM '^https?://([^/:?#]+)')) AS host,
        substring(d.url FROM '^https?://[^/?#]+') || '/' AS referer,
        row_number() OVER (PARTITION BY d.document_id ORDER BY s.n) AS place
    FROM ingest.document d JOIN ingest.segment s ON s.revision_id = d.current_revision_id AND s.kind = 'image'
    WHERE %(documents)s::bigint[] IS NULL OR d.document_id = ANY (%(documents)s)
) picture
WHERE place <= %(most)s AND host IS NOT NULL AND length(url) <= 2000
ORDER BY url, referer
ON CONFLICT DO NOTHING

-- hosts --
SELECT p.host FROM ingest.picture_address p LEFT JOIN ingest.host h USING (host)
WHERE p.due_at <= now() AND NOT coalesce(h.paused, false)
GROUP BY p.host ORDER BY min(p.due_at), p.host

-- any_due --
SELECT url FROM ingest.picture_address WHERE host = %(host)s AND due_at <= now() ORDER BY due_at, url LIMIT 1

-- lease --
WITH chosen AS (
    SELECT url FROM ingest.picture_address WHERE host = %(host)s AND due_at <= now()
    ORDER BY due_at, url LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE ingest.picture_address p SET due_at = now() + %(seconds)s * interval '1 second', tries = tries + 1
FROM chosen WHERE p.url = chosen.url
RETURNING p.url, p.host, p.referer, p.tries

-- still_mine --
-- Each taking up counts as a try, so the tries tell a worker that came back late.
SELECT url FROM ingest.picture_address WHERE url = %(url)s AND tries = %(tries)s FOR UPDATE

-- keep --
INSERT INTO ingest.picture (sha256, media_type, size, bytes)
VALUES (%(sha256)s, %(media_type)s, %(size)s, %(bytes)s)
ON CONFLICT DO NOTHING

-- looked --
UPDATE ingest.picture_address SET sha256 = coalesce(%(sha256)s, sha256), state = %(state)s, reason = %(reason)s,
    looked_at = now(), due_at = now() + %(wait)s * interval '1 second'
WHERE url = %(url)s
