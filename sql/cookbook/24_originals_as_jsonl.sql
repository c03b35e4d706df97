-- 全部原创导出 JSONL：psql -AtX -f 24_originals_as_jsonl.sql > originals.jsonl
-- All originals as JSON Lines, with the command above.
SELECT row_to_json(line) AS line
FROM (
    SELECT essay_id, document_id, display_title AS title, account, author, published_at, language, url, char_count, text
    FROM essays.essay
    WHERE role = 'original'
    ORDER BY published_at, essay_id) line;
