-- 某账号的节奏与曾用名。
-- The rhythm of an account, and the names that it has had.
SELECT r.name, r.documents, r.originals, r.usual_gap_days, r.longest_gap_days, r.silent_days, r.usual_hour,
    t.account AS name_then, min(t.published_on) AS used_from, max(t.published_on) AS used_until, count(*) AS documents_then
FROM essays.account_rhythm r
JOIN essays.account_timeline t USING (account_id)
WHERE r.name = '慢炖模型笔记'
GROUP BY r.account_id, r.name, r.documents, r.originals, r.usual_gap_days, r.longest_gap_days, r.silent_days,
    r.usual_hour, t.account
ORDER BY used_from;
