-- make --
SELECT ingest.make_release(%(release)s, %(selection)s::jsonb, %(note)s) AS items

-- find --
SELECT release, made_at, note, selection, item_count, sha256, layout FROM essays.release WHERE release = %(release)s

-- all --
SELECT release, made_at, note, selection, item_count, sha256, layout FROM essays.release ORDER BY made_at, release
