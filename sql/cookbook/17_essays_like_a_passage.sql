-- 与一段文字相近的文章：按分句逐句查，看每篇有其中几句。
-- Essays that share clauses with a text: each clause is searched for, whatever its script or width.
WITH clause AS (
    SELECT DISTINCT c
    FROM regexp_split_to_table('记忆还有一件窗口做不到的事，就是被修改。外婆讲粮店的故事，每一遍都不太一样，后来她自己也知道哪些是添上去的。',
        '[，。！？；：、“”\s]+') c
    WHERE length(c) >= 5
)
SELECT e.display_title, e.account, count(*) AS clauses,
    round(count(*)::numeric / (SELECT count(*) FROM clause), 2) AS share, min(c) AS one_of_them
FROM clause
CROSS JOIN LATERAL essays.matches('"' || c || '"') m
JOIN essays.catalog e USING (essay_id)
GROUP BY e.essay_id, e.display_title, e.account
ORDER BY clauses DESC, e.essay_id
LIMIT 20;
