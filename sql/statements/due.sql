-- Addresses that are to be fetched: who may fetch which, and when again.

-- add_submission --
INSERT INTO ingest.submission (run_id, submitted_by, note, tags, text_sha, addresses)
SELECT %(run_id)s, %(by)s, %(note)s, %(tags)s, %(text_sha)s, %(addresses)s
WHERE NOT EXISTS (SELECT FROM ingest.submission WHERE run_id = %(run_id)s AND text_sha = %(text_sha)s)

-- make_due --
-- Final states stay as they are unless somebody asks to look again.
UPDATE ingest.address SET due_at = now(), tries = 0, strikes = 0
WHERE address_id = ANY (%(ids)s) AND (due_at IS NULL OR due_at > now())
    AND (%(refetch)s OR (document_id IS NULL AND state IS NULL))
RETURNING address_id

-- add_mentions --
INSERT INTO ingest.run_address AS ra (run_id, address_id, outcome, state, why, until, repeats)
SELECT %(run_id)s, a.address_id,
    CASE WHEN a.url IS NULL THEN 'no_address' WHEN a.due_at IS NOT NULL THEN 'waiting' ELSE 'already_settled' END,
    a.state, CASE WHEN a.url IS NULL THEN 'a card without a link: ' || r.title
        WHEN a.due_at IS NOT NULL THEN 'not fetched yet' END, a.due_at, r.repeats
FROM json_to_recordset(%(rows)s::json) AS r (address_id bigint, repeats integer, title text)
JOIN ingest.address a USING (address_id)
ORDER BY address_id
ON CONFLICT DO NOTHING

-- links_due --
-- What is due and in nobody's hands: neither accepted by a run that goes on, nor at a host that is being asked.
SELECT count(*) AS addresses
FROM ingest.address a LEFT JOIN ingest.host h USING (host)
WHERE a.due_at < now() - interval '30 seconds' AND a.host IS NOT NULL AND (a.lease_until IS NULL OR a.lease_until < now())
    AND NOT coalesce(h.paused, false) AND coalesce(h.breaker_until, '-infinity') < now()
    AND coalesce(greatest(h.next_at, h.turn_until), '-infinity') < now() - interval '30 seconds'
    AND NOT EXISTS (SELECT FROM ingest.taken WHERE taken.address_id = a.address_id)

-- sources_due --
SELECT count(*) AS sources FROM ingest.source
WHERE next_at <= now() AND NOT paused AND (lease_until IS NULL OR lease_until < now())

-- due_hosts --
SELECT a.host, count(*) AS addresses, min(a.due_at) AS since
FROM ingest.address a LEFT JOIN ingest.host h USING (host)
WHERE a.due_at <= now() AND a.host IS NOT NULL AND NOT coalesce(h.paused, false)
    AND CASE WHEN %(of_run)s::bigint IS NULL
        THEN NOT EXISTS (SELECT FROM ingest.taken WHERE taken.address_id = a.address_id)
        ELSE EXISTS (SELECT FROM ingest.run_address ra WHERE ra.run_id = %(of_run)s AND ra.address_id = a.address_id) END
GROUP BY a.host ORDER BY since

-- hold_host --
-- Locks the host's row: between two workers it is the only thing that they have in common.
INSERT INTO ingest.host AS h (host, spacing) VALUES (%(host)s, %(spacing)s)
ON CONFLICT (host) DO UPDATE SET spacing = greatest(excluded.spacing, coalesce(h.crawl_delay, 0))
RETURNING paused, robots, coalesce(robots_asked_at, '-infinity') < now() - interval '1 day' AS ask_robots,
    extract(epoch FROM breaker_until - clock_timestamp())::float AS breaker,
    extract(epoch FROM turn_until - clock_timestamp())::float AS busy,
    extract(epoch FROM next_at - clock_timestamp())::float AS spaced

-- take_turn --
UPDATE ingest.host SET turn_until = clock_timestamp() + %(seconds)s * interval '1 second', fence = fence + 1
WHERE host = %(host)s
RETURNING fence

-- end_turn --
-- Whoever comes back late has asked the host all the same.
UPDATE ingest.host SET turn_until = CASE WHEN fence <> %(fence)s THEN turn_until END,
    next_at = greatest(next_at, clock_timestamp() + (spacing - %(ago)s) * interval '1 second')
WHERE host = %(host)s

-- soonest --
-- The host that was asked longest ago comes first. One that is being asked may be free in a second.
SELECT host, greatest(
    extract(epoch FROM h.breaker_until - clock_timestamp()), extract(epoch FROM h.next_at - clock_timestamp()),
    CASE WHEN h.turn_until > clock_timestamp() THEN 1 END, 0)::float AS wait
FROM unnest(%(hosts)s::text[]) WITH ORDINALITY AS wanted (host, n) LEFT JOIN ingest.host h USING (host)
WHERE NOT coalesce(h.paused, false)
ORDER BY wait, h.next_at NULLS FIRST, n LIMIT 1

-- any_due --
-- An address whose host's rules are to be known before it is leased.
SELECT a.url FROM ingest.address a
WHERE a.host = %(host)s AND a.due_at <= now() AND (%(of_run)s::bigint IS NULL OR EXISTS (
    SELECT FROM ingest.run_address ra WHERE ra.run_id = %(of_run)s AND ra.address_id = a.address_id))
ORDER BY a.due_at, a.address_id LIMIT 1

-- set_robots --
-- What could not be told is asked again within the hour.
UPDATE ingest.host SET robots = %(robots)s,
    robots_asked_at = CASE WHEN %(robots)s IS NULL THEN now() - interval '23 hours' ELSE now() END,
    crawl_delay = %(crawl_delay)s, spacing = greatest(spacing, coalesce(%(crawl_delay)s, 0))
WHERE host = %(host)s

-- lease --
-- Each taking up is a strike until the worker comes back.
WITH chosen AS (
    SELECT address_id FROM ingest.address a
    WHERE host = %(host)s AND due_at <= now() AND (lease_until IS NULL OR lease_until < now() OR lease_owner = %(owner)s)
    AND (%(of_run)s::bigint IS NULL OR EXISTS (
        SELECT FROM ingest.run_address ra WHERE ra.run_id = %(of_run)s AND ra.address_id = a.address_id))
    ORDER BY lease_owner = %(owner)s DESC NULLS LAST, due_at, address_id
    LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE ingest.address a SET lease_owner = %(owner)s, lease_until = now() + %(seconds)s * interval '1 second',
        fence = fence + 1, strikes = strikes + 1
    FROM chosen WHERE a.address_id = chosen.address_id
    RETURNING a.address_id, a.key, a.url, a.site, a.found_by, a.fence, a.tries, a.strikes, a.etag, a.last_modified
)
SELECT taken.*,
    -- a link of a page of links, which nobody handed in
    EXISTS (SELECT FROM ingest.source s WHERE s.slug = taken.found_by AND s.kind = 'page')
        AND NOT EXISTS (SELECT FROM ingest.submission m WHERE taken.address_id = ANY (m.addresses)) AS found_inside
FROM taken

-- end_lease --
-- The fence tells a worker that came back late: what it read then counts for nothing.
UPDATE ingest.address SET lease_owner = NULL, lease_until = NULL, strikes = 0, tries = %(tries)s, state = %(state)s,
    due_at = now() + %(wait)s * interval '1 second', etag = coalesce(%(etag)s, etag),
    last_modified = coalesce(%(last_modified)s, last_modified)
WHERE address_id = %(address_id)s AND fence = %(fence)s
RETURNING due_at

-- note_host --
-- Two captchas in a row open the breaker: 15 minutes, doubling up to 6 hours. What is no page says nothing of it.
-- Who says how long to stay away is believed for all of its pages, up to 6 hours.
UPDATE ingest.host SET failures = CASE WHEN %(blocked)s THEN failures + 1 WHEN %(blocked)s IS NULL THEN failures ELSE 0 END,
    next_at = greatest(next_at, now() + CASE WHEN %(away)s > 0 THEN least(%(away)s, 6 * 3600) END * interval '1 second'),
    breaker_until = CASE WHEN %(blocked)s AND failures >= 1
        THEN now() + least(interval '15 minutes' * 2 ^ least(failures - 1, 5), interval '6 hours')
        WHEN %(blocked)s IS NULL THEN breaker_until END
WHERE host = %(host)s

-- retry --
-- What waits or was given up is due now; its host's spacing, pause and breaker stand.
UPDATE ingest.address SET due_at = now(), tries = 0, strikes = 0
WHERE (key = ANY (%(keys)s) OR host = ANY (%(hosts)s)) AND url IS NOT NULL AND document_id IS NULL
    AND (due_at IS NOT NULL OR state = ANY (%(states)s))
RETURNING address_id

-- cancel --
UPDATE ingest.address SET due_at = NULL
WHERE (key = ANY (%(keys)s) OR host = ANY (%(hosts)s)) AND due_at IS NOT NULL
RETURNING address_id

-- add_cancelled --
INSERT INTO ingest.run_address (run_id, address_id, outcome, state, why)
SELECT %(run_id)s, address_id, 'refused', state, 'cancelled by a person'
FROM ingest.address WHERE address_id = ANY (%(ids)s) ORDER BY address_id
ON CONFLICT (run_id, address_id) DO UPDATE SET outcome = excluded.outcome, why = excluded.why, until = NULL

-- set_paused --
INSERT INTO ingest.host (host, paused) VALUES (%(host)s, %(paused)s)
ON CONFLICT (host) DO UPDATE SET paused = excluded.paused,
    breaker_until = CASE WHEN excluded.paused THEN host.breaker_until END,
    failures = CASE WHEN excluded.paused THEN host.failures ELSE 0 END

-- waiting --
SELECT a.url, a.state, a.due_at, a.tries, h.paused, h.breaker_until
FROM ingest.address a LEFT JOIN ingest.host h USING (host)
WHERE a.due_at IS NOT NULL ORDER BY a.due_at LIMIT 1000

-- until --
-- What another run went on with meanwhile waits no more.
UPDATE ingest.run_address ra SET
    until = CASE WHEN a.due_at IS NOT NULL THEN greatest(a.due_at, h.breaker_until, h.next_at) END,
    outcome = CASE WHEN a.due_at IS NULL AND a.state IS DISTINCT FROM ra.state THEN 'already_settled' ELSE ra.outcome END,
    state = a.state,
    why = CASE WHEN a.due_at IS NULL AND a.state IS DISTINCT FROM ra.state THEN 'another run went on with it'
        WHEN h.paused THEN 'the host is paused' WHEN h.breaker_until > now() THEN 'the host is left alone after captchas'
        WHEN ra.fetch_id IS NULL AND h.next_at IS NOT NULL AND h.spacing > 0
            THEN 'not fetched yet: its host is asked once in ' || round(h.spacing::numeric, 1)::float || ' s'
        ELSE ra.why END
FROM ingest.address a LEFT JOIN ingest.host h USING (host)
WHERE ra.run_id = %(run_id)s AND a.address_id = ra.address_id AND ra.outcome = 'waiting'
