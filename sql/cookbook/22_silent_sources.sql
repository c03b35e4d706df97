-- 断更的来源：沉默超过平常间隔三倍的。
-- Sources that have fallen silent: for more than three of their usual gaps.
SELECT slug, kind, title, last_new_at, usual_gap, now() - last_new_at AS silent_for, state, reason, failures, url
FROM essays.source_health
WHERE overdue OR failures > 0
ORDER BY silent_for DESC NULLS LAST, slug;
