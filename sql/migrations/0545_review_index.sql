-- What was too costly over the network waits for a person as well.
DROP INDEX ingest.address_to_review;
CREATE INDEX address_to_review ON ingest.address (state)
    WHERE document_id IS NULL AND state IN ('unknown_notice', 'unreadable', 'needs_short_link', 'too_costly');
