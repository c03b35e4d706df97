-- 查找：两个词都要有，另一个不要；繁简、全半角不分。
-- Search: both terms, not the third; script and width make no difference.
SELECT rank, display_title, account, published_on, snippet
FROM essays.search('模型 數據 -登记册', 10);
