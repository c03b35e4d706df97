-- 每周新增多少篇（同一作品只算一次），多少份拷贝？
-- How many works are new each week, and how many documents came with them?
SELECT week, count(*) AS new_essays, sum(copy_count) AS copies_by_now, sum(char_count) AS characters,
    count(*) FILTER (WHERE corpus = 'ingested') AS ingested
FROM essays.new_essay
GROUP BY week
ORDER BY week DESC;
