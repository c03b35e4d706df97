-- 哪些文章引用了这篇，引用了哪几段？
-- Which essays quote or excerpt this one, and which passages?
SELECT q.display_title, q.account, q.published_on, q.kind, q.share, p.position, p.other_from_char, p.other_to_char, p.text
FROM essays.quoted_by(158277758416422) q
LEFT JOIN essays.passage p ON p.document_id = q.document_id AND p.other_document_id = 158277758416422
WHERE q.kind IN ('quotes', 'excerpt_of')
ORDER BY q.published_on NULLS LAST, q.document_id, p.position;
