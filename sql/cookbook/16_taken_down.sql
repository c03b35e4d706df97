-- 被删或违规的文章，存活了多久？
-- Which essays were taken down, and how long had they lived?
SELECT noticed_at, state, account, display_title, published_at, lived_at_least, lived_at_most, back_at, document_id
FROM essays.takedown
ORDER BY noticed_at DESC, document_id;
