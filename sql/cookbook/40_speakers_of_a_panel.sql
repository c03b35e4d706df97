-- 这场对谈里谁在什么位置说了多少，谁接谁的话？
-- In one conversation: who speaks after whom, and how much?
SELECT speaker, after, count(*) AS times, round(avg(length(text))) AS usual_characters
FROM (
    SELECT speaker, text, lag(speaker) OVER (ORDER BY position) AS after
    FROM essays.turn WHERE document_id = 4070965994334602) t
WHERE after IS NOT NULL
GROUP BY speaker, after
ORDER BY times DESC, speaker, after;
