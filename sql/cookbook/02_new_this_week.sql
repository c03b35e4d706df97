-- 本周哪些是真正的新文章（不是旧文的又一份转载）？
-- Which essays are really new this week, and not one more copy of a known one?
SELECT first_seen_at, display_title, account, published_on, found_by, url
FROM essays.new_essay
WHERE first_seen_at >= date_trunc('week', now())
ORDER BY first_seen_at, essay_id;
