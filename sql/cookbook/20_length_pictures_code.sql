-- 篇幅、配图、代码块、表格。
-- Length, pictures, blocks of code, and tables of each essay.
SELECT e.display_title, e.char_count,
    (SELECT count(*) FROM essays.image i WHERE i.document_id = e.document_id) AS pictures,
    regexp_count(e.markdown, '^```', 1, 'n') / 2 AS code_blocks,
    regexp_count(e.markdown, '^\|[ :|-]+\|$', 1, 'n') AS tables
FROM essays.essay e
ORDER BY e.char_count DESC, e.essay_id;
