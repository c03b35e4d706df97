-- 一共多少篇，来自哪里，最早到什么时候？
-- How many are there, from where, and how far back do they go?
SELECT corpus, found_by, coalesce(site, '-') AS site, count(DISTINCT essay_id) AS essays, count(*) AS documents,
    sum(char_count) AS characters, min(published_on) AS earliest, max(published_on) AS latest,
    count(*) FILTER (WHERE published_on IS NULL) AS undated
FROM essays.document
GROUP BY corpus, found_by, site
ORDER BY essays DESC, corpus, found_by, site;
