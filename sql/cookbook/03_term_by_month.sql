-- 提到“小模型”的文章占比逐月怎么变？（换成 DeepSeek 也一样，深度求索一并算在内）
-- How does the share of essays that mention a term change from month to month? Names in essays.topic stand for their aliases.
-- period IS NULL: essays without a date.
SELECT period, matches, essays, round(100 * share, 1) AS percent
FROM essays.term_trend('小模型', 'month')
ORDER BY period;
