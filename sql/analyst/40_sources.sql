CREATE OR REPLACE VIEW essays.source_health AS
SELECT
    s.slug,
    s.kind,
    s.title,
    -- Whoever knows the address of a private feed can read it: what opens it is for operators.
    regexp_replace(
        regexp_replace(
            regexp_replace(s.url, '^(https?://)[^/?#]*@', '\1…@'),
            '([?&](?:[^=&#]*[_.-])?(?:token|key|apikey|secret|auth|sign|signature|sig|password|passwd|pass|pwd|session|sid|code)=)[^&#]+',
            '\1…', 'gi'),
        '[0-9a-f]{32,}', '…', 'gi') AS url,
    s.paused,
    s.state,
    s.reason,
    s.last_checked_at,
    s.last_answered_at,
    s.last_new_at,
    s.next_at,
    s.usual_gap,
    NOT s.paused AND coalesce(now() - coalesce(s.last_new_at, s.added_at) > 3 * s.usual_gap, false) AS overdue,
    listed.items,
    listed.documents,
    listed.waiting,
    round(listed.documents::numeric / nullif(listed.items, 0), 3) AS yield,
    checked.checks,
    checked.conditional_share,
    checked.refused,
    s.failures,
    s.added_at
FROM ingest.source s
CROSS JOIN LATERAL (
    SELECT count(*) AS items, count(a.document_id) AS documents,
        count(*) FILTER (WHERE a.due_at IS NOT NULL AND a.document_id IS NULL) AS waiting
    FROM ingest.source_item si JOIN ingest.address a USING (address_id)
    WHERE si.slug = s.slug) listed
CROSS JOIN LATERAL (
    SELECT count(*) AS checks, round(avg(c.conditional::integer), 3) AS conditional_share,
        coalesce(sum(c.refused), 0) AS refused
    FROM ingest.source_check c WHERE c.slug = s.slug) checked
WHERE s.kind IN ('feed', 'album', 'sitemap', 'page', 'folder');

COMMENT ON VIEW essays.source_health IS 'Every source that is followed: when it said something last, how often it does as a rule, and whether it has fallen silent';
COMMENT ON COLUMN essays.source_health.slug IS 'Its name here; found_by of the documents that it was the first to list';
COMMENT ON COLUMN essays.source_health.kind IS 'feed, album, sitemap, page (of links), folder';
COMMENT ON COLUMN essays.source_health.title IS 'Its own title, or the one that a list of subscriptions gave it';
COMMENT ON COLUMN essays.source_health.url IS 'Where it is, without what opens a private one; the path of a folder';
COMMENT ON COLUMN essays.source_health.paused IS 'Whether an operator paused it';
COMMENT ON COLUMN essays.source_health.state IS 'What the last check came to: ok, not_modified, waiting, or why it failed';
COMMENT ON COLUMN essays.source_health.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN essays.source_health.last_checked_at IS 'The last check; NULL when there was none';
COMMENT ON COLUMN essays.source_health.last_answered_at IS 'The last check that was answered';
COMMENT ON COLUMN essays.source_health.last_new_at IS 'When the newest thing that it lists appeared';
COMMENT ON COLUMN essays.source_health.next_at IS 'When it is checked next';
COMMENT ON COLUMN essays.source_health.usual_gap IS 'The median time between two things that it lists; NULL until there are enough of them';
COMMENT ON COLUMN essays.source_health.overdue IS 'Whether it has been silent for more than three of its usual gaps, though every check was fine';
COMMENT ON COLUMN essays.source_health.items IS 'Addresses that it has listed; for a folder see fetch_log';
COMMENT ON COLUMN essays.source_health.documents IS 'Those of them that are documents';
COMMENT ON COLUMN essays.source_health.waiting IS 'Those of them that wait to be fetched';
COMMENT ON COLUMN essays.source_health.yield IS 'Share of its addresses that are documents; NULL when it has listed none';
COMMENT ON COLUMN essays.source_health.checks IS 'How often it was checked';
COMMENT ON COLUMN essays.source_health.conditional_share IS 'Share of the checks that asked only for what changed';
COMMENT ON COLUMN essays.source_health.refused IS 'What was refused or not wanted, all checks together';
COMMENT ON COLUMN essays.source_health.failures IS 'Checks in a row that failed';
COMMENT ON COLUMN essays.source_health.added_at IS 'When it was added';
