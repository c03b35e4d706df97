-- 只有转载或摘抄、没有原文的作品。
-- Works of which only reprints, reposts or excerpts are here.
SELECT c.essay_id, c.display_title, c.account, c.role, c.completeness, c.copy_count, c.url
FROM essays.catalog c
WHERE NOT EXISTS (
    SELECT FROM essays.document d
    WHERE d.essay_id = c.essay_id AND d.role NOT IN ('reprint', 'repost') AND d.completeness <> 'excerpt')
ORDER BY c.copy_count DESC, c.essay_id;
