-- Revisions are copied in, with numbers that their loader draws beforehand.
GRANT USAGE ON SEQUENCE ingest.revision_revision_id_seq TO essays_loader;
