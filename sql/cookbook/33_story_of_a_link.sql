-- 这个链接经历了什么？（怎么贴的都行）
-- What happened to this link? However it was pasted.
SELECT at, event, detail, run
FROM essays.why('https://mp.weixin.qq.com/s/ExampleArticle-On-Scal?scene=1#rd');
