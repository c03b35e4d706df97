-- Four files were edited after they had landed. A database that has an earlier form of one gets here what that lacked;
-- comments come with the analyst views, and what 0300 differed in was replaced by 0400.
DO $$
DECLARE
    applied text[] := ARRAY(SELECT sha256 FROM ingest.migration);
    runs_1 text := '92d287c9dc81a86179a3f0d822bae54f723438bfbebe485e5b04f6678c4c7848';
    runs_2 text := 'ac2ab5505375fec9f9c20940d6892b045ac95e2c2809be9df1df679e45d4e9be';
    documents_1 text := '5f85c25d39d3d32fbf9f9cb12dcd0d12820a490a3d6ec3f2767a36058f13ee54';
    documents_2 text := '806a3f229eb5c448dbe6128840aead5d386558efe1b9554ba3e4e39cfb44492d';
    lines_1 text := '3f5b2df654d28b040229386a2804d32d81592db0e1fa8df82e21b3609e9554ba';
    lines_2 text := 'f9ee11ef70c5b9b071227d4791af331ed392b6ae66cd7d604c63d3cbe75d7266';
    lines_3 text := '36cf398f00eaf81157291ea61e75e149a63fd1834dee36b6a3159170d259ede6';
BEGIN
    IF runs_1 = ANY (applied) THEN
        ALTER TABLE ingest.fetch ADD COLUMN readers text;
        CREATE INDEX fetch_origin ON ingest.fetch (origin);
        CREATE INDEX address_url ON ingest.address (url);
        REVOKE UPDATE ON ingest.submission, ingest.snapshot, ingest.fetch FROM essays_loader;
        GRANT UPDATE (bytes) ON ingest.snapshot TO essays_loader;
    END IF;

    IF applied && ARRAY[runs_1, runs_2] THEN
        ALTER TABLE ingest.run_address ADD COLUMN looks integer NOT NULL DEFAULT 0;
        UPDATE ingest.run_address ra SET looks = f.looks
        FROM (SELECT run_id, address_id, count(*) AS looks FROM ingest.fetch GROUP BY run_id, address_id) f
        WHERE f.run_id = ra.run_id AND f.address_id = ra.address_id;
    END IF;

    IF applied && ARRAY[documents_1, documents_2] THEN
        ALTER TABLE ingest.revision DROP CONSTRAINT revision_published_at_check;
        ALTER TABLE ingest.revision ADD CHECK (published_at BETWEEN '1000-01-01' AND '2200-01-01');
        REVOKE UPDATE ON ingest.revision FROM essays_loader;
        GRANT UPDATE (related_at, account_id) ON ingest.revision TO essays_loader;
    END IF;

    IF applied && ARRAY[lines_1, lines_2] THEN
        ALTER TABLE ingest.document ADD COLUMN counted_host text;
    END IF;

    IF applied && ARRAY[lines_1, lines_2, lines_3] THEN
        ALTER TABLE ingest.host_line DROP COLUMN first_seen_at;
    END IF;
END
$$;
