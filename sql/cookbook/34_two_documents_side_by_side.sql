-- 两篇文章相同的段落，左右对照。
-- The passages that two documents share, side by side.
SELECT position, a_from, a_to, b_from, b_to, a_text, b_text
FROM essays.compare(2411671214723950, 158277758416422);
