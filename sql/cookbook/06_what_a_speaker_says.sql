-- 小满在各场对谈里怎么说“训练”？（没有署名的段落算在上一位发言者名下）
-- What does a speaker say about something, in all transcripts? Paragraphs without a name continue the turn.
SELECT d.published_on, d.display_title, t.position, t.text
FROM essays.turn t
JOIN essays.document d USING (document_id)
WHERE t.speaker = '小满' AND t.text LIKE '%训练%'
ORDER BY d.published_on NULLS LAST, d.document_id, t.position;
