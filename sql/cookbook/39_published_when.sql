-- 各账号爱在星期几、几点发文？（北京时间，只算精确到分的）
-- On which days of the week and at which hours is published? Beijing time, where it is known to the minute.
SELECT extract(isodow FROM published_at AT TIME ZONE 'Asia/Shanghai')::integer AS weekday,
    extract(hour FROM published_at AT TIME ZONE 'Asia/Shanghai')::integer AS hour,
    count(*) AS essays, count(DISTINCT account) AS accounts
FROM essays.catalog
WHERE published_precision IN ('second', 'minute')
GROUP BY 1, 2
ORDER BY 1, 2;
