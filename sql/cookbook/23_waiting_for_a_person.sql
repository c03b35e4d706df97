-- 等人处理的链接和疑似重复。
-- Links and possible copies that wait for a person.
SELECT question, asked_at, detail, url, document_id, other_document_id
FROM essays.to_review
ORDER BY question, asked_at;
