-- 哪些文章链接到这篇？
-- Which essays link to this one, or name it as their source?
SELECT display_title, account, published_on, kind, words, url
FROM essays.quoted_by(158277758416422)
WHERE is_declared
ORDER BY published_on NULLS LAST, document_id;
