-- As 0550, for the tables of sources.
COMMENT ON COLUMN ingest.source.title IS 'Its own title, or the one that a list of subscriptions gave it';
COMMENT ON COLUMN ingest.source.last_modified IS 'Last-Modified of its last answer';
COMMENT ON COLUMN ingest.source.state IS 'What the last check came to: ok, not_modified, or a state as in ingest.fetch.state; NULL when there was none';
COMMENT ON COLUMN ingest.source.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest.source.failures IS 'Checks in a row that failed';
COMMENT ON COLUMN ingest.source.usual_gap IS 'The median time between two things that it lists; NULL until there are enough of them';
COMMENT ON COLUMN ingest.source.last_checked_at IS 'The last check; NULL when there was none';
COMMENT ON COLUMN ingest.source.last_answered_at IS 'The last check that was answered';
COMMENT ON COLUMN ingest.source.last_new_at IS 'When the newest thing that it lists appeared';
COMMENT ON COLUMN ingest.source.lease_owner IS 'The task that checks it now';
COMMENT ON COLUMN ingest.source.lease_until IS 'When that lease ends by itself';
COMMENT ON COLUMN ingest.source.fence IS 'Raised by each lease, so that what a late worker brings counts for nothing';

COMMENT ON COLUMN ingest.source_item.slug IS 'The source';
COMMENT ON COLUMN ingest.source_item.address_id IS 'The address that it lists';
COMMENT ON COLUMN ingest.source_item.found_at IS 'When it was listed first';
COMMENT ON COLUMN ingest.source_item.published_at IS 'When it was published, as the source says';
COMMENT ON COLUMN ingest.source_item.updated_at IS 'When it was changed last, as the source says';
COMMENT ON COLUMN ingest.source_item.body_sha IS 'Digest of the body that came with it; NULL when none did';

COMMENT ON COLUMN ingest.source_part.slug IS 'The source';
COMMENT ON COLUMN ingest.source_part.path IS 'Path of a file in the folder, or address of a sitemap in the index';
COMMENT ON COLUMN ingest.source_part.size IS 'Size in bytes when it was taken; 0 when not known';
COMMENT ON COLUMN ingest.source_part.changed_ns IS 'When it was changed, in nanoseconds since 1970; 0 when not known';
COMMENT ON COLUMN ingest.source_part.taken_at IS 'When it was taken';

COMMENT ON COLUMN ingest.source_check.check_id IS 'Number of the check';
COMMENT ON COLUMN ingest.source_check.slug IS 'The source';
COMMENT ON COLUMN ingest.source_check.run_id IS 'The run that checked';
COMMENT ON COLUMN ingest.source_check.checked_at IS 'When it was checked';
COMMENT ON COLUMN ingest.source_check.state IS 'What it came to: ok, not_modified, or a state as in ingest.fetch.state';
COMMENT ON COLUMN ingest.source_check.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest.source_check.http_status IS 'Status of the answer; NULL for folders';
COMMENT ON COLUMN ingest.source_check.conditional IS 'Whether it was asked only for what changed';
COMMENT ON COLUMN ingest.source_check.items IS 'Things that it listed';
COMMENT ON COLUMN ingest.source_check.new_items IS 'Those of them that were new';
COMMENT ON COLUMN ingest.source_check.bodies IS 'Bodies that came with them and were stored';
COMMENT ON COLUMN ingest.source_check.refused IS 'What was refused or not wanted';
COMMENT ON COLUMN ingest.source_check.seconds IS 'How long it took';
