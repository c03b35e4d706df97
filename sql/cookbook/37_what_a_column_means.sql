-- 这一列是什么意思？（任何视图都行）
-- What does a column mean? For any view.
SELECT a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, col_description(a.attrelid, a.attnum) AS meaning
FROM pg_attribute a
WHERE a.attrelid = 'essays.essay'::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum;
