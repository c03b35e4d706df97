-- 最近一次导入里，每种结果各有多少？
-- What became of the addresses of the latest run?
SELECT run, outcome, state, count(*) AS addresses, min(why) AS for_example
FROM essays.run_account
WHERE run_id = (SELECT max(run_id) FROM essays.run_account)
GROUP BY run, outcome, state
ORDER BY addresses DESC, outcome, state;
