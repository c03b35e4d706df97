-- 含“上下文”的句子，连同前后文。
-- Every occurrence of a term with what stands around it.
SELECT display_title, published_on, before || '【' || keyword || '】' || after AS context, speaker
FROM essays.mentions('上下文', 30)
ORDER BY published_on, document_id, from_char;
