-- 种子语料与抓取的重合：各有多少，共有多少？
-- How much do the seed corpora and what was ingested have in common?
SELECT held_by, count(*) AS essays, sum(seed_copies) AS seed_copies, sum(ingested_copies) AS ingested_copies,
    sum(char_count) AS characters
FROM essays.seed_vs_ingested
GROUP BY held_by
ORDER BY held_by;
