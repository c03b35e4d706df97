-- 谁转载谁，转载了几篇，通常隔多久？
-- Who copies whom, how many works, and after how long?
SELECT coalesce(source_account, source_url, '?') AS source, coalesce(account, site, corpus) AS copied_by,
    count(DISTINCT essay_id) AS works, percentile_disc(0.5) WITHIN GROUP (ORDER BY delay) AS usual_delay,
    array_agg(DISTINCT source_basis) AS basis
FROM essays.copy
WHERE source_basis IS NOT NULL
GROUP BY 1, 2
ORDER BY works DESC, 1, 2;
