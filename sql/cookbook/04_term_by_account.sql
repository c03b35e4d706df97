-- 同上，按公众号分开，只算原创。
-- The same for each account, originals alone.
SELECT a.name, t.period, t.matches, t.essays, round(100 * t.share, 1) AS percent
FROM essays.account a
CROSS JOIN LATERAL essays.term_trend('模型', 'month', account => a.name, role => 'original') t
ORDER BY a.name, t.period;
