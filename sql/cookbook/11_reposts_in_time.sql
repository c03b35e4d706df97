-- 这篇的所有转载，按时间排列。
-- All copies of this essay in order of time.
SELECT position, published_at, role, account, site, is_best, source_account, source_basis, delay, availability, url
FROM essays.copy
WHERE essay_id = 3707198302385080
ORDER BY position;
