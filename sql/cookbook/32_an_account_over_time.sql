-- 某账号发过的全部文章，按时间，附间隔。
-- Everything that an account published, in order, with the gaps between.
SELECT published_at, gap, display_title, role, char_count, availability, url
FROM essays.account_timeline
WHERE account = '茶水间算法'
ORDER BY published_at;
