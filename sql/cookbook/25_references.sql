-- 引用格式：GB/T 7714 与 BibTeX。
-- References of essays as GB/T 7714 and BibTeX.
SELECT document_id, essays.cite(document_id, 'gb7714') AS gb7714, essays.cite(document_id, 'bibtex') AS bibtex
FROM essays.catalog
WHERE account = '慢炖模型笔记'
ORDER BY published_at;
