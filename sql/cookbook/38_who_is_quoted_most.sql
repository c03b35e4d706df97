-- 哪些作品被引用、摘抄、链接得最多？
-- Which works are quoted, excerpted or linked to most?
SELECT o.essay_id, min(c.display_title) AS title, min(c.account) AS account,
    count(DISTINCT d.essay_id) AS by_essays, array_agg(DISTINCT r.kind) AS kinds
FROM essays.relation r
JOIN essays.document d ON d.document_id = r.document_id
JOIN essays.document o ON o.document_id = r.other_document_id AND o.essay_id <> d.essay_id
JOIN essays.catalog c ON c.essay_id = o.essay_id
WHERE r.kind IN ('quotes', 'excerpt_of', 'reprint_of', 'links_to')
GROUP BY o.essay_id
ORDER BY by_essays DESC, o.essay_id
LIMIT 50;
