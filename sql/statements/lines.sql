-- Lines that recur on a host: remembered when a page is stored, asked about when the next one is.

-- lock --
-- Pages of a host are counted one after the other, so that two copies of a text that come at once count once: whoever
-- stores some holds the row of the line 0, which no line is. No role here may take advisory locks.
INSERT INTO ingest.host_line AS l (host, line) SELECT unnest(%(hosts)s::text[]) AS host, 0 ORDER BY host
ON CONFLICT (host, line) DO UPDATE SET last_seen_at = now()

-- counts --
SELECT l.host, l.line, l.texts
FROM (SELECT DISTINCT host, line FROM json_to_recordset(%(rows)s::json) AS r (host text, line bigint)) r
JOIN ingest.host_line l USING (host, line)

-- taken --
-- What was chrome of a revision stays chrome of its document, whatever was forgotten since.
SELECT d.document_id, s.data ->> 'text' AS text
FROM ingest.document d JOIN ingest.segment s ON s.revision_id = d.current_revision_id
WHERE d.document_id = ANY (%(documents)s) AND s.kind = 'chrome' AND s.data ->> 'type' = %(type)s

-- remember --
INSERT INTO ingest.host_line AS l (host, line, texts, documents)
SELECT host, line, texts, documents
FROM json_to_recordset(%(rows)s::json) AS r (host text, line bigint, texts integer, documents bigint[])
ORDER BY host, line
ON CONFLICT (host, line) DO UPDATE SET texts = l.texts + excluded.texts, last_seen_at = now(),
    documents = CASE WHEN cardinality(l.documents) < %(most)s THEN l.documents || excluded.documents ELSE l.documents END

-- counted --
UPDATE ingest.document d SET counted_host = r.host
FROM json_to_recordset(%(rows)s::json) AS r (document_id bigint, host text)
WHERE d.document_id = r.document_id

-- again --
-- The looks that the current revisions of these documents came from, where those are pages of the rest of the web, and as
-- long as nothing else became of their addresses.
SELECT DISTINCT f.fetch_id
FROM (SELECT DISTINCT unnest(documents) AS document_id FROM ingest.host_line WHERE texts >= %(least)s AND documents <> '{}') waiting
JOIN ingest.document d USING (document_id)
JOIN ingest.revision r ON r.revision_id = d.current_revision_id
JOIN ingest.fetch f USING (fetch_id)
JOIN ingest.address a USING (address_id)
JOIN ingest.snapshot s ON s.sha256 = f.sha256
WHERE d.merged_into IS NULL AND s.bytes IS NOT NULL AND a.state = f.state AND f.reader LIKE 'web/%%'
    AND (%(site)s::text IS NULL OR a.site = %(site)s OR a.host = %(site)s)
    AND (%(reader)s::text IS NULL OR f.reader = %(reader)s)
ORDER BY f.fetch_id
LIMIT %(most)s

-- read_again --
UPDATE ingest.host_line l SET documents = ARRAY(
    SELECT one FROM unnest(l.documents) one WHERE one <> ALL (%(documents)s::bigint[]))
WHERE texts >= %(least)s AND documents && %(documents)s::bigint[]

-- forget --
-- What stood in one or two texts, long ago; and of each host what is beyond a number, the rare and the old first.
DELETE FROM ingest.host_line l USING (
    SELECT host, line FROM ingest.host_line WHERE texts < %(least)s AND last_seen_at < now() - %(days)s * interval '1 day'
    UNION
    SELECT host, line FROM (
        SELECT host, line, row_number() OVER (PARTITION BY host ORDER BY least(texts, %(least)s) DESC, last_seen_at DESC, line) AS place
        FROM ingest.host_line) ranked
    WHERE place > %(most)s) gone
WHERE l.host = gone.host AND l.line = gone.line
RETURNING l.line
