-- 某词最早出现在哪篇？
-- In which essay does a term occur first?
SELECT e.published_on, e.display_title, e.account, e.url
FROM essays.matches('提示词') m
JOIN essays.catalog e USING (essay_id)
ORDER BY e.published_at NULLS LAST, e.essay_id
LIMIT 10;
