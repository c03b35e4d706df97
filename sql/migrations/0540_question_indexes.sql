-- What the questions of the analysts' face look things up by.
CREATE INDEX document_current_revision ON ingest.document (current_revision_id);
CREATE INDEX document_first_seen ON ingest.document (first_seen_at);
CREATE INDEX work_copied ON ingest.work (work_id) WHERE copy_count > 1;
DROP INDEX ingest.revision_account;
CREATE INDEX revision_account_published ON ingest.revision (account_id, published_at) WHERE account_id IS NOT NULL;
CREATE INDEX revision_account_name ON ingest.revision (account) WHERE account_id IS NOT NULL;
CREATE INDEX revision_author ON ingest.revision
    USING gin (regexp_split_to_array(author, '\s*[、，,；;/&｜|]\s*')) WHERE author IS NOT NULL;
CREATE INDEX revision_recorded ON ingest.revision (recorded_at) WHERE number > 1;
CREATE INDEX segment_speaker ON ingest.segment ((data ->> 'speaker')) WHERE kind = 'turn';
CREATE INDEX claim_reprint ON ingest.claim (revision_id) WHERE kind = 'reprint_of';
CREATE INDEX fetch_gone ON ingest.fetch (address_id)
    WHERE how = 'network' AND state IN ('deleted_by_author', 'violation', 'account_gone');
CREATE INDEX address_to_review ON ingest.address (state)
    WHERE document_id IS NULL AND state IN ('unknown_notice', 'unreadable', 'needs_short_link');
CREATE INDEX review_open ON ingest.review (question) WHERE answered_at IS NULL;
