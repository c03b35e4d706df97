-- Sources that are followed: what they are, who may check which, and what a check changes.

-- find --
SELECT slug, kind, url, title FROM ingest.source
WHERE slug = %(slug)s OR (md5(url) = md5(%(url)s) AND url = %(url)s)
ORDER BY (url = %(url)s) DESC NULLS LAST

-- add --
INSERT INTO ingest.source (slug, kind, url, title, config, every, next_at)
SELECT slug, kind, url, title, config, every * interval '1 second', now()
FROM json_to_recordset(%(rows)s::json) AS r (slug text, kind text, url text, title text, config jsonb, every float)
ORDER BY slug
ON CONFLICT DO NOTHING
RETURNING slug

-- change --
UPDATE ingest.source SET config = %(config)s::jsonb, every = %(every)s * interval '1 second', paused = false,
    next_at = now(), etag = NULL, last_modified = NULL, body_sha = NULL
WHERE slug = %(slug)s

-- set_paused --
UPDATE ingest.source SET paused = %(paused)s, next_at = CASE WHEN %(paused)s THEN next_at ELSE now() END
WHERE slug = %(slug)s AND kind NOT IN ('seed', 'files', 'links')
RETURNING slug

-- check_now --
UPDATE ingest.source SET next_at = now()
WHERE slug = ANY (%(slugs)s) AND kind NOT IN ('seed', 'files', 'links')
RETURNING slug

-- health --
SELECT h.slug, h.kind, h.title, s.url, h.paused, h.state, h.reason, h.last_checked_at, h.last_new_at, h.next_at, h.usual_gap,
    h.overdue, h.items, h.documents, h.waiting, h.yield, h.checks, h.conditional_share
FROM essays.source_health h JOIN ingest.source s USING (slug) ORDER BY h.slug

-- due --
SELECT slug, kind, url FROM ingest.source
WHERE next_at <= now() AND NOT paused AND (lease_until IS NULL OR lease_until < now())
ORDER BY next_at, slug

-- lease --
-- A task that is tried again takes up its own lease; the fence tells a worker that came back late.
UPDATE ingest.source SET lease_owner = %(owner)s, lease_until = now() + %(seconds)s * interval '1 second',
    fence = fence + 1
WHERE slug = %(slug)s AND NOT paused AND kind NOT IN ('seed', 'files', 'links')
    AND (lease_until IS NULL OR lease_until < now() OR lease_owner = %(owner)s)
RETURNING slug, kind, url, title, config, etag, last_modified, body_sha, failures, fence, last_answered_at, last_new_at,
    extract(epoch FROM every)::float AS every

-- still_mine --
SELECT slug FROM ingest.source WHERE slug = %(slug)s AND fence = %(fence)s FOR UPDATE

-- renew --
UPDATE ingest.source SET lease_until = now() + %(seconds)s * interval '1 second'
WHERE slug = %(slug)s AND fence = %(fence)s
RETURNING slug

-- known --
SELECT a.key, a.address_id, si.updated_at, si.body_sha, si.slug IS NOT NULL AS listed, d.obtained
FROM ingest.address a
LEFT JOIN ingest.source_item si ON si.address_id = a.address_id AND si.slug = %(slug)s
LEFT JOIN ingest.document d ON d.document_id = a.document_id
WHERE a.key = ANY (%(keys)s)

-- set_found_by --
UPDATE ingest.address SET found_by = %(slug)s
WHERE address_id = ANY (%(ids)s) AND found_by IS NULL AND document_id IS NULL
    AND NOT EXISTS (SELECT FROM ingest.run_address ra WHERE ra.address_id = address.address_id)

-- add_items --
INSERT INTO ingest.source_item AS si (slug, address_id, published_at, updated_at)
SELECT %(slug)s, address_id, published_at, updated_at
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, published_at timestamptz, updated_at timestamptz)
ORDER BY address_id
ON CONFLICT (slug, address_id) DO UPDATE SET
    published_at = coalesce(si.published_at, excluded.published_at),
    updated_at = greatest(si.updated_at, excluded.updated_at)

-- set_bodies --
UPDATE ingest.source_item si SET body_sha = decode(r.sha, 'hex')
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, sha text)
WHERE si.slug = %(slug)s AND si.address_id = r.address_id

-- make_due --
-- Pages that nobody has asked for yet. A body that came with a feed gives way to its page; a page handed in does not.
UPDATE ingest.address a SET due_at = now(), tries = 0
WHERE a.address_id = ANY (%(ids)s) AND a.url IS NOT NULL AND a.due_at IS NULL
    AND NOT EXISTS (SELECT FROM ingest.fetch f WHERE f.address_id = a.address_id AND f.how = 'network')
    AND (a.document_id IS NULL OR EXISTS (
        SELECT FROM ingest.document d WHERE d.document_id = a.document_id AND d.obtained = 'feed'))
RETURNING a.address_id

-- look_again --
-- The source says that a page changed after our last look at it.
UPDATE ingest.address a SET due_at = now(), tries = 0
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, updated_at timestamptz)
WHERE a.address_id = r.address_id AND a.due_at IS NULL AND r.updated_at > (
    SELECT max(f.fetched_at) FROM ingest.fetch f WHERE f.address_id = a.address_id AND f.how = 'network')
RETURNING a.address_id

-- times --
SELECT least(coalesce(published_at, found_at), now()) AS at FROM ingest.source_item WHERE slug = %(slug)s
ORDER BY 1 DESC LIMIT 100

-- part_times --
SELECT to_timestamp(changed_ns / 1e9) AS at FROM ingest.source_part WHERE slug = %(slug)s ORDER BY changed_ns DESC LIMIT 100

-- parts --
SELECT path, size, changed_ns, taken_at FROM ingest.source_part WHERE slug = %(slug)s

-- take_parts --
INSERT INTO ingest.source_part AS p (slug, path, size, changed_ns)
SELECT %(slug)s, path, size, changed_ns
FROM json_to_recordset(%(rows)s::json) AS r (path text, size bigint, changed_ns bigint)
ORDER BY path
ON CONFLICT (slug, path) DO UPDATE SET size = excluded.size, changed_ns = excluded.changed_ns, taken_at = now()

-- end_check --
UPDATE ingest.source SET
    lease_owner = NULL, lease_until = NULL,
    state = %(state)s, reason = %(reason)s, failures = CASE WHEN %(answered)s THEN 0 ELSE failures + %(failed)s END,
    last_checked_at = now(),
    last_answered_at = CASE WHEN %(answered)s THEN now() ELSE last_answered_at END,
    next_at = now() + %(wait)s * interval '1 second',
    title = coalesce(title, %(title)s),
    usual_gap = coalesce(%(usual_gap)s * interval '1 second', usual_gap),
    last_new_at = greatest(last_new_at, %(last_new_at)s),
    etag = CASE WHEN %(keep)s THEN etag ELSE %(etag)s END,
    last_modified = CASE WHEN %(keep)s THEN last_modified ELSE %(last_modified)s END,
    body_sha = CASE WHEN %(keep)s THEN body_sha ELSE %(body_sha)s END
WHERE slug = %(slug)s AND fence = %(fence)s
RETURNING next_at

-- add_check --
INSERT INTO ingest.source_check (slug, run_id, state, reason, http_status, conditional, items, new_items, bodies, refused,
    seconds, robots)
VALUES (%(slug)s, %(run_id)s, %(state)s, %(reason)s, %(http_status)s, %(conditional)s, %(items)s, %(new_items)s,
    %(bodies)s, %(refused)s, %(seconds)s, %(robots)s)
