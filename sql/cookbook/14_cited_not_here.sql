-- 被引用却还没抓到的原文，被提到最多的在前。
-- What is cited and not stored here, the most cited first.
SELECT cited_by, kinds, called, url, state, last_cited_on
FROM essays.missing
ORDER BY cited_by DESC, last_cited_on DESC NULLS LAST, key;
