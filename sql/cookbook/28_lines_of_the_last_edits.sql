-- 最近十次修改，逐行对比。
-- The ten latest edits, line by line.
SELECT e.recorded_at, e.document_id, d.line
FROM (SELECT * FROM essays.edit WHERE cause = 'publisher_edit' ORDER BY recorded_at DESC LIMIT 10) e
CROSS JOIN LATERAL essays.diff(e.document_id, e.from_revision, e.to_revision) d
ORDER BY e.recorded_at DESC, e.document_id, d.position;
