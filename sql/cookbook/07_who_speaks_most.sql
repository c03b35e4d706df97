-- 谁发言最多？
-- Who speaks most?
SELECT speaker, count(*) AS turns, sum(length(text)) AS characters, count(DISTINCT document_id) AS transcripts,
    round(100.0 * sum(length(text)) / sum(sum(length(text))) OVER (), 1) AS percent
FROM essays.turn
WHERE speaker IS NOT NULL
GROUP BY speaker
ORDER BY characters DESC, speaker;
