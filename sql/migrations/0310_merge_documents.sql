ALTER TABLE ingest.document ADD COLUMN merged_into bigint REFERENCES ingest.document;
COMMENT ON COLUMN ingest.document.merged_into IS 'The document that this one turned out to be; its revisions and addresses are there, and its number still resolves';
CREATE INDEX document_merged ON ingest.document (merged_into) WHERE merged_into IS NOT NULL;

-- A document that was known by an address alone becomes the one with the site's identity, once a page proves them equal.
-- Its row stays, empty, for its number. Revisions of the identified document keep their numbers.
CREATE FUNCTION ingest.merge_document(old bigint, new bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    was bigint;
    others bigint[];
BEGIN
    PERFORM FROM ingest.gate WHERE name = 'works' FOR UPDATE;
    PERFORM FROM ingest.document WHERE document_id IN (old, new) ORDER BY document_id FOR UPDATE;
    IF EXISTS (SELECT FROM ingest.document WHERE document_id = old AND merged_into IS NOT NULL) THEN
        RETURN;
    END IF;

    UPDATE ingest.revision r SET document_id = new, related_at = NULL,
        number = r.number + coalesce((SELECT max(number) FROM ingest.revision known WHERE known.document_id = new), 0)
    WHERE r.document_id = old;
    UPDATE ingest.document n SET
        current_revision_id = coalesce(n.current_revision_id, o.current_revision_id),
        availability = CASE WHEN n.availability = 'unknown' THEN o.availability ELSE n.availability END,
        obtained = CASE WHEN o.obtained = 'fetched' THEN o.obtained ELSE n.obtained END,
        first_seen_at = least(n.first_seen_at, o.first_seen_at)
    FROM ingest.document o WHERE n.document_id = new AND o.document_id = old;
    UPDATE ingest.revision r SET related_at = NULL
    FROM ingest.document n WHERE n.document_id = new AND r.revision_id = n.current_revision_id;
    UPDATE ingest.address SET document_id = new WHERE document_id = old;
    UPDATE ingest.seed_file SET document_id = new WHERE document_id = old;
    UPDATE ingest.document SET merged_into = new WHERE merged_into = old;

    -- The work that it was a copy of goes on without it.
    SELECT work_id INTO was FROM ingest.document WHERE document_id = old;
    UPDATE ingest.document SET merged_into = new, current_revision_id = NULL, work_id = NULL WHERE document_id = old;
    SELECT array_agg(document_id ORDER BY document_id) INTO others FROM ingest.document WHERE work_id = was;
    IF others IS NOT NULL THEN
        INSERT INTO ingest.work (work_id, best_document_id, copy_count, has_original, is_listed)
        SELECT others[1], others[1], cardinality(others), has_original, is_listed FROM ingest.work WHERE work_id = was
        ON CONFLICT (work_id) DO UPDATE SET best_document_id = excluded.best_document_id;
        UPDATE ingest.document SET work_id = others[1] WHERE document_id = ANY (others);
    END IF;
    DELETE FROM ingest.work WHERE work_id = was AND (others IS NULL OR was <> others[1]);
    PERFORM ingest.settle_works(array_append(others, new));
    IF was = old THEN
        UPDATE ingest.work_was SET work_id = n.work_id FROM ingest.document n
        WHERE n.document_id = new AND work_was.work_id = was;
        INSERT INTO ingest.work_was (old_id, work_id)
        SELECT was, n.work_id FROM ingest.document n WHERE n.document_id = new AND n.work_id IS NOT NULL
        ON CONFLICT (old_id) DO UPDATE SET work_id = excluded.work_id;
    END IF;
END
$$;
COMMENT ON FUNCTION ingest.merge_document IS 'Makes a document known by an address the one with the site''s identity';
REVOKE EXECUTE ON FUNCTION ingest.merge_document FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.merge_document TO essays_loader;
