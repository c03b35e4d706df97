-- 取证记录：这篇的每个版本读自哪些字节，何时、怎样得到，摘要值是什么。
-- The record of evidence: for each version the bytes that it was read from, when and how they came, and their digest.
SELECT r.revision_number, r.cause, r.is_current, l.how, l.fetched_at, l.http_status, l.url, l.file, r.sha256, l.bytes,
    r.reader, l.run, encode(sha256(convert_to(r.text, 'UTF8')), 'hex') AS text_sha256
FROM essays.revision r
JOIN essays.fetch_log l ON l.document_id = r.document_id AND l.sha256 = r.sha256 AND l.fetched_at = r.fetched_at
WHERE r.document_id = 158277758416422
ORDER BY r.revision_number;
