-- prepare --
-- Times as analysts see them; a session's own settings must not change what is written.
SELECT set_config('TimeZone', 'Asia/Shanghai', true), set_config('DateStyle', 'ISO', true),
    set_config('extra_float_digits', '1', true),
    -- All rows are wanted, not the first ones.
    set_config('cursor_tuple_fraction', '1', true)

-- columns --
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute a
WHERE a.attrelid = ('essays.' || quote_ident(%(view)s))::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum

-- plan_essay --
-- What a month holds, in a number that changes with anything in it. Texts are left out: loaded_at stands for them.
SELECT month, count(*) AS rows, sum(hashtextextended(told, 0))::text AS state
FROM (SELECT essays.month_of(e.published_on, e.published_precision) AS month,
          ROW(e.essay_id, e.document_id, e.corpus, e.found_by, e.site, e.native_id, e.url, e.title, e.display_title, e.account,
              e.author, e.published_at, e.published_precision, e.language, e.char_count, e.obtained, e.completeness,
              e.role, e.availability, e.revision_number, e.first_seen_at, e.edited_at, e.loaded_at, e.copy_count,
              e.has_original)::text AS told
      FROM essays.essay e) x
GROUP BY month ORDER BY month COLLATE "C"

-- essay --
SELECT e.*, essays.month_of(e.published_on, e.published_precision) COLLATE "C" AS month
FROM essays.essay e
WHERE essays.month_of(e.published_on, e.published_precision) = ANY (%(months)s)
ORDER BY month, e.document_id

-- plan_catalog --
SELECT month, count(*) AS rows, sum(hashtextextended(told, 0))::text AS state
FROM (SELECT essays.month_of(c.published_on, c.published_precision) AS month, c::text AS told
      FROM essays.catalog c) x
GROUP BY month ORDER BY month COLLATE "C"

-- catalog --
SELECT c.*, essays.month_of(c.published_on, c.published_precision) COLLATE "C" AS month
FROM essays.catalog c
WHERE essays.month_of(c.published_on, c.published_precision) = ANY (%(months)s)
ORDER BY month, c.document_id

-- plan_document --
SELECT month, count(*) AS rows, sum(hashtextextended(told, 0))::text AS state
FROM (SELECT essays.month_of(d.published_on, d.published_precision) AS month,
          ROW(d.essay_id, d.document_id, d.corpus, d.found_by, d.site, d.native_id, d.url, d.title, d.display_title, d.account,
              d.author, d.published_at, d.published_precision, d.language, d.char_count, d.obtained, d.completeness,
              d.role, d.availability, d.revision_number, d.first_seen_at, d.edited_at, d.loaded_at)::text AS told
      FROM essays.document d) x
GROUP BY month ORDER BY month COLLATE "C"

-- document --
SELECT d.*, essays.month_of(d.published_on, d.published_precision) COLLATE "C" AS month
FROM essays.document d
WHERE essays.month_of(d.published_on, d.published_precision) = ANY (%(months)s)
ORDER BY month, d.document_id

-- plan_revision --
SELECT month, count(*) AS rows, sum(hashtextextended(told, 0))::text AS state
FROM (SELECT essays.month_of(r.published_on, r.published_precision) AS month,
          ROW(r.document_id, r.revision_number, r.cause, r.recorded_at, r.is_current, r.title, r.display_title, r.account,
              r.author, r.published_at, r.published_precision, r.language, r.char_count, r.reader, r.fetched_at,
              r.sha256)::text AS told
      FROM essays.revision r) x
GROUP BY month ORDER BY month COLLATE "C"

-- revision --
SELECT r.*, essays.month_of(r.published_on, r.published_precision) COLLATE "C" AS month
FROM essays.revision r
WHERE essays.month_of(r.published_on, r.published_precision) = ANY (%(months)s)
ORDER BY month, r.document_id, r.revision_number

-- plan_turn --
SELECT month, count(*) AS rows, sum(hashtextextended(told, 0))::text AS state
FROM (SELECT essays.month_of(d.published_on, d.published_precision) AS month,
          ROW(t.document_id, t.position, t.speaker, t.role, t.from_char, t.to_char, d.loaded_at)::text AS told
      FROM essays.turn t JOIN essays.document d USING (document_id)) x
GROUP BY month ORDER BY month COLLATE "C"

-- turn --
SELECT t.*, essays.month_of(d.published_on, d.published_precision) COLLATE "C" AS month
FROM essays.turn t JOIN essays.document d USING (document_id)
WHERE essays.month_of(d.published_on, d.published_precision) = ANY (%(months)s)
ORDER BY month, t.document_id, t.position

-- plan_relation --
SELECT month, count(*) AS rows, sum(hashtextextended(told, 0))::text AS state
FROM (SELECT essays.month_of(d.published_on, d.published_precision) AS month, r::text AS told
      FROM essays.relation r JOIN essays.document d USING (document_id)) x
GROUP BY month ORDER BY month COLLATE "C"

-- relation --
SELECT r.*, essays.month_of(d.published_on, d.published_precision) COLLATE "C" AS month
FROM essays.relation r JOIN essays.document d USING (document_id)
WHERE essays.month_of(d.published_on, d.published_precision) = ANY (%(months)s)
ORDER BY month, r.document_id, r.kind COLLATE "C", r.basis COLLATE "C", r.other_key COLLATE "C", r.other_document_id

-- plan_passage --
SELECT month, count(*) AS rows, sum(hashtextextended(told, 0))::text AS state
FROM (SELECT essays.month_of(d.published_on, d.published_precision) AS month,
          ROW(p.document_id, p.other_document_id, p.kind, p.position, p.from_char, p.to_char, p.other_from_char,
              p.other_to_char, d.loaded_at, o.loaded_at)::text AS told
      FROM essays.passage p
      JOIN essays.document d USING (document_id)
      JOIN essays.document o ON o.document_id = p.other_document_id) x
GROUP BY month ORDER BY month COLLATE "C"

-- passage --
SELECT p.*, essays.month_of(d.published_on, d.published_precision) COLLATE "C" AS month
FROM essays.passage p JOIN essays.document d USING (document_id)
WHERE essays.month_of(d.published_on, d.published_precision) = ANY (%(months)s)
ORDER BY month, p.document_id, p.other_document_id, p.position

-- plan_release_item --
SELECT essays.month_of(i.published_on, i.published_precision) COLLATE "C" AS month, count(*) AS rows, %(release)s AS state
FROM essays.release_item i WHERE i.release = %(release)s
GROUP BY 1 ORDER BY 1

-- release_item --
-- Layout 1: these columns in this order, whatever the view gains.
SELECT i.release, i.essay_id, i.document_id, i.revision_number, i.text_sha256, i.corpus, i.found_by, i.site, i.native_id, i.url,
    i.title, i.display_title, i.account, i.author, i.published_at, i.published_on, i.published_precision, i.language,
    i.char_count, i.obtained, i.completeness, i.role, i.availability, i.copy_count, i.loaded_at, i.text, i.markdown,
    essays.month_of(i.published_on, i.published_precision) COLLATE "C" AS month
FROM essays.release_item i
WHERE i.release = %(release)s AND essays.month_of(i.published_on, i.published_precision) = ANY (%(months)s)
ORDER BY month, i.document_id
