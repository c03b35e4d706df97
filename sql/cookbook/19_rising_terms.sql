-- 本季度标题里上升的词：二到四个字的片段，本季度至少两篇，比上季度多。
-- Terms that rise in titles this quarter: runs of two to four characters, in two essays or more, more than last quarter.
WITH title AS (
    SELECT essay_id, display_title, published_on >= DATE '2026-04-01' AS is_now
    FROM essays.catalog
    WHERE published_on >= DATE '2026-01-01' AND published_on < DATE '2026-07-01'
), run AS (
    SELECT DISTINCT essay_id, is_now, substr(piece, i, n) AS term
    FROM title
    CROSS JOIN LATERAL regexp_split_to_table(display_title, '[^0-9A-Za-z一-鿿]+') piece
    CROSS JOIN generate_series(2, 4) n
    CROSS JOIN LATERAL generate_series(1, length(piece) - n + 1) i
), counted AS (
    SELECT term, count(*) FILTER (WHERE is_now) AS now, count(*) FILTER (WHERE NOT is_now) AS before
    FROM run GROUP BY term
    HAVING count(*) FILTER (WHERE is_now) >= greatest(2, 1 + count(*) FILTER (WHERE NOT is_now))
)
SELECT term, now, before
FROM counted c
WHERE NOT EXISTS (  -- a part of a longer one that is as frequent says nothing more
    SELECT FROM counted l WHERE l.now = c.now AND length(l.term) > length(c.term) AND position(c.term IN l.term) > 0)
ORDER BY now - before DESC, now DESC, term
LIMIT 50;
