-- An address that is taken up and never comes back must not kill workers for ever.
ALTER TABLE ingest.address ADD COLUMN strikes integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest.address.strikes IS 'How often it was taken up since a worker last came back from it';
COMMENT ON COLUMN ingest.fetch.fence IS 'The lease of its address that it was made under; 0 for what needs no lease';
