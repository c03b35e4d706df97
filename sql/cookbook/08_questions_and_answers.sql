-- 观众的问题与回答：一问，以及下一个人提问或主持人接话之前的全部回答。
-- Questions from the audience with all answers, up to the next question or the host.
SELECT q.document_id, q.position, q.text AS question, a.speaker, a.text AS answer
FROM essays.turn q
JOIN essays.turn a ON a.document_id = q.document_id AND a.position > q.position AND a.role = 'guest'
WHERE q.role = 'floor'
    AND NOT EXISTS (
        SELECT FROM essays.turn t
        WHERE t.document_id = q.document_id AND t.role IN ('floor', 'host')
            AND t.position > q.position AND t.position < a.position)
ORDER BY q.document_id, q.position, a.position;
