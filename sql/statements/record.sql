-- What a batch of looks writes, in this order, in one transaction. Rows that may be known come as one JSON array; rows that
-- nobody else can have, whose numbers are drawn beforehand, by COPY.

-- add_sources --
INSERT INTO ingest.source (slug, kind)
SELECT DISTINCT slug, kind FROM json_to_recordset(%(rows)s::json) AS r (slug text, kind text) ORDER BY slug
ON CONFLICT DO NOTHING

-- add_snapshots --
INSERT INTO ingest.snapshot (sha256, codec, size, bytes)
SELECT DISTINCT ON (sha256) sha256, 'zstd', size, bytes
FROM unnest(%(sha256)s::bytea[], %(size)s::bigint[], %(bytes)s::bytea[]) AS r (sha256, size, bytes)
ORDER BY sha256
ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes
    WHERE snapshot.bytes IS NULL AND excluded.bytes IS NOT NULL

-- add_addresses --
-- Every row is locked, known or new, written or not: whoever looks at the same address at the same time waits here.
INSERT INTO ingest.address AS a (key, site, url, host)
SELECT DISTINCT ON (key) key, site, url, host
FROM json_to_recordset(%(rows)s::json) AS r (key text, site text, url text, host text)
ORDER BY key, url NULLS LAST
ON CONFLICT (key) DO UPDATE SET url = coalesce(a.url, excluded.url), host = coalesce(a.host, excluded.host)
    WHERE a.url IS NULL AND excluded.url IS NOT NULL OR a.host IS NULL AND excluded.host IS NOT NULL

-- add_spellings --
SELECT ingest.add_spellings(%(rows)s::json)

-- addresses --
SELECT address_id, key, document_id FROM ingest.address WHERE key = ANY (%(keys)s)

-- find_documents --
SELECT d.document_id, d.key, d.site, d.native_id, d.corpus
FROM ingest.document d
WHERE d.merged_into IS NULL AND (d.key = ANY (%(keys)s) OR d.document_id = ANY (%(ids)s)
    OR (d.site, d.native_id) IN (SELECT site, native_id FROM json_to_recordset(%(natives)s::json) AS r (site text, native_id text)))

-- add_documents --
INSERT INTO ingest.document (document_id, key, site, native_id, corpus, found_by, obtained, completeness, role, url)
SELECT document_id, key, site, native_id, corpus, found_by, obtained, completeness, role, url
FROM json_to_recordset(%(rows)s::json) AS r (document_id bigint, key text, site text, native_id text, corpus text,
    found_by text, obtained text, completeness text, role text, url text)
ORDER BY document_id
ON CONFLICT DO NOTHING

-- merge_documents --
SELECT ingest.merge_document(old, new)
FROM (SELECT DISTINCT old, new FROM json_to_recordset(%(rows)s::json) AS r (old bigint, new bigint) ORDER BY old) merged

-- lock_documents --
SELECT document_id FROM ingest.document WHERE document_id = ANY (%(ids)s) ORDER BY document_id FOR UPDATE

-- heads --
SELECT d.document_id, d.key, d.current_revision_id, d.counted_host, r.number, r.content_sha, r.evidence, r.reader, r.account, r.author, r.title,
    r.published_at, r.text, r.markdown, d.completeness, d.role, f.sha256, f.seen_at,
    ARRAY(SELECT c.kind || ' ' || c.target_key FROM ingest.claim c WHERE c.revision_id = r.revision_id) AS claims,
    ARRAY(SELECT was.sha256 FROM ingest.revision e JOIN ingest.fetch was USING (fetch_id)
        WHERE e.document_id = d.document_id AND was.sha256 IS NOT NULL) AS earlier,
    coalesce((SELECT max(number) FROM ingest.revision latest WHERE latest.document_id = d.document_id), 0) AS last_number
FROM ingest.document d
LEFT JOIN ingest.revision r ON r.revision_id = d.current_revision_id
LEFT JOIN ingest.fetch f ON f.fetch_id = r.fetch_id
WHERE d.document_id = ANY (%(ids)s)

-- add_fetches --
INSERT INTO ingest.fetch (address_id, run_id, seen_at, how, origin, reader, readers, state, reason, sha256, http_status,
    final_url, robots, fence)
SELECT address_id, %(run_id)s, seen_at, how, origin, reader, %(readers)s, state, reason, decode(sha256, 'hex'),
    http_status, final_url, robots, fence
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, seen_at timestamptz, how text, origin text, reader text,
    state text, reason text, sha256 text, http_status integer, final_url text, robots text, fence bigint)
RETURNING fetch_id, address_id, origin

-- accounts_of --
SELECT site, ids, ingest.account_of(site, ARRAY(SELECT json_array_elements_text(ids))) AS account_id
FROM json_to_recordset(%(rows)s::json) AS r (site text, ids json)

-- draw_revisions --
SELECT nextval('ingest.revision_revision_id_seq') AS revision_id FROM generate_series(1, %(count)s)

-- add_revisions --
COPY ingest.revision (revision_id, document_id, number, cause, fetch_id, reader, evidence, content_sha, fold_sha, account_id,
    account, author, title, display_title, published_at, published_precision, published_on, language, text, markdown)
FROM STDIN

-- add_segments --
COPY ingest.segment (revision_id, n, kind, span, data) FROM STDIN

-- add_claims --
COPY ingest.claim (revision_id, kind, target_key, target_url, quote) FROM STDIN

-- set_current --
UPDATE ingest.document d SET
    current_revision_id = r.revision_id,
    completeness = r.completeness,
    role = r.role,
    obtained = CASE WHEN r.obtained = 'fetched' THEN r.obtained ELSE d.obtained END,
    url = coalesce(r.url, d.url),
    site = coalesce(d.site, r.site),
    native_id = coalesce(d.native_id, r.native_id)
FROM json_to_recordset(%(rows)s::json) AS r (document_id bigint, revision_id bigint, completeness text, role text,
    obtained text, url text, site text, native_id text)
WHERE d.document_id = r.document_id

-- set_addresses --
-- What looks say of their addresses. A document that gained one is related again: an excerpt may have waited for it.
WITH said AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, document_id bigint, state text)
), gained AS (
    SELECT s.document_id FROM said s JOIN ingest.address a USING (address_id) WHERE a.document_id IS NULL
), told AS (
    UPDATE ingest.address a SET
        state = coalesce(s.state, a.state),
        document_id = coalesce(a.document_id, s.document_id),
        due_at = CASE WHEN a.document_id IS NULL AND s.document_id IS NOT NULL THEN NULL ELSE a.due_at END
    FROM said s
    WHERE a.address_id = s.address_id
        AND (a.state IS DISTINCT FROM coalesce(s.state, a.state) OR a.document_id IS NULL AND s.document_id IS NOT NULL)
)
UPDATE ingest.revision r SET related_at = NULL
FROM gained JOIN ingest.document d USING (document_id)
WHERE r.revision_id = d.current_revision_id AND r.related_at IS NOT NULL

-- accept_addresses --
UPDATE ingest.address a SET due_at = now()
WHERE a.address_id = ANY (%(ids)s) AND a.document_id IS NULL AND a.due_at IS NULL

-- add_outcomes --
-- A file is a mention and a look; a link was mentioned before it is looked at.
INSERT INTO ingest.run_address AS ra (run_id, address_id, outcome, state, why, fetch_id, looks)
SELECT %(run_id)s, address_id, outcome, state, why, fetch_id, 1
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, outcome text, state text, why text, fetch_id bigint)
ORDER BY address_id
ON CONFLICT (run_id, address_id) DO UPDATE SET
    repeats = ra.repeats + (ra.fetch_id IS NOT NULL AND excluded.fetch_id = ANY (%(mentions)s))::integer,
    looks = ra.looks + 1,
    outcome = CASE WHEN ra.fetch_id IS NULL OR ra.outcome = 'waiting' THEN excluded.outcome ELSE ra.outcome END,
    state = CASE WHEN ra.fetch_id IS NULL OR ra.outcome = 'waiting' THEN excluded.state ELSE ra.state END,
    why = CASE WHEN ra.fetch_id IS NULL OR ra.outcome = 'waiting' THEN excluded.why ELSE ra.why END,
    until = NULL,
    fetch_id = coalesce(ra.fetch_id, excluded.fetch_id)

-- settle_others --
-- Other addresses of the same document need no look of their own any more.
UPDATE ingest.run_address SET outcome = 'same_document', why = 'another address of a document that was looked at', until = NULL
WHERE run_id = %(run_id)s AND address_id = ANY (%(ids)s) AND fetch_id IS NULL AND outcome = 'waiting'

-- set_availability --
UPDATE ingest.document d SET availability = r.availability
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, availability text)
JOIN ingest.address a USING (address_id)
WHERE d.document_id = a.document_id AND d.availability <> r.availability

-- add_accepted --
INSERT INTO ingest.run_address (run_id, address_id, outcome, why)
SELECT %(run_id)s, address_id, outcome, why
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, outcome text, why text)
ORDER BY address_id
ON CONFLICT DO NOTHING

-- set_seed_files --
INSERT INTO ingest.seed_file AS s (corpus, path, document_id, sha256)
SELECT corpus, path, document_id, decode(sha256, 'hex')
FROM json_to_recordset(%(rows)s::json) AS r (corpus text, path text, document_id bigint, sha256 text)
ORDER BY corpus, path
ON CONFLICT (corpus, path) DO UPDATE SET
    document_id = coalesce(excluded.document_id, s.document_id), sha256 = excluded.sha256, missing_since = NULL
    WHERE s.document_id IS DISTINCT FROM coalesce(excluded.document_id, s.document_id)
        OR s.sha256 <> excluded.sha256 OR s.missing_since IS NOT NULL

-- set_declared --
-- What a seed declares to be its address, in the version that was read last.
WITH said AS (
    SELECT DISTINCT key, document_id FROM json_to_recordset(%(rows)s::json) AS r (key text, document_id bigint)
), gone AS (
    DELETE FROM ingest.declared d WHERE document_id = ANY (%(ids)s)
        AND NOT EXISTS (SELECT FROM said WHERE said.key = d.key AND said.document_id = d.document_id)
)
INSERT INTO ingest.declared (key, document_id) SELECT key, document_id FROM said ORDER BY key, document_id
ON CONFLICT DO NOTHING

-- known_looks --
-- The last look at each address that once had these bytes, when it was at these bytes and by the same readers.
WITH same AS (
    SELECT DISTINCT f.address_id
    FROM ingest.fetch f JOIN ingest.address a USING (address_id)
    WHERE f.sha256 = ANY (%(sha256)s::bytea[])
        AND CASE WHEN %(keys)s::text[] IS NULL THEN a.key NOT LIKE 'seed:%%' ELSE a.key = ANY (%(keys)s) END
)
SELECT latest.sha256, a.key, latest.state, latest.reason, latest.reader, a.document_id
FROM same JOIN ingest.address a USING (address_id)
CROSS JOIN LATERAL (SELECT * FROM ingest.fetch f WHERE f.address_id = a.address_id ORDER BY f.fetch_id DESC LIMIT 1) latest
WHERE latest.sha256 = ANY (%(sha256)s::bytea[]) AND latest.readers = %(readers)s
ORDER BY a.key

-- seen_looks --
SELECT DISTINCT origin, sha256 FROM ingest.fetch WHERE run_id = %(run_id)s AND origin = ANY (%(origins)s)
