-- 哪些文章发表后改过，改了标题还是正文？（逐行对比见 essays.diff）
-- Which essays did their authors change after publication: the title, or the text? essays.diff shows the lines.
SELECT recorded_at, document_id, account, title_before, title_after, is_text_changed, char_change, after_publication,
    from_revision, to_revision
FROM essays.edit
WHERE cause = 'publisher_edit'
ORDER BY recorded_at DESC, document_id;
