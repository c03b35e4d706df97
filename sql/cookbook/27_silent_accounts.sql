-- 哪些账号沉默了，超过平常间隔三倍？
-- Which accounts have been silent for more than three of their usual gaps?
SELECT name, last_on, silent_days, usual_gap_days, documents
FROM essays.account_rhythm
WHERE silent_days > 3 * usual_gap_days
ORDER BY silent_days / usual_gap_days DESC, name;
