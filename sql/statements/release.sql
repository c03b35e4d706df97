-- make --
SELECT ingest.make_release(%(release)s, %(selection)s::jsonb, %(note)s) AS items

-- find --
SELECT made_at, selection, item_count, sha256 FROM essays.release WHERE release = %(release)s

-- all --
SELECT release FROM essays.release ORDER BY made_at, release
