-- 青柠写过什么，在哪里发过言？
-- What did a person write, and where does the person speak?
SELECT published_on, part, display_title, account, char_count, url
FROM essays.author_timeline('青柠');
