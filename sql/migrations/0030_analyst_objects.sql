-- What sql/analyst made in this database, so that what is gone from it, and nothing else, can be dropped. A database from
-- before this file has some of these.
CREATE TABLE ingest.analyst_object (
    identity text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('view', 'function'))
);

INSERT INTO ingest.analyst_object (identity, kind)
SELECT i.identity, 'view'
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_identify_object('pg_class'::regclass, c.oid, 0) i
WHERE c.relkind = 'v' AND n.nspname || '.' || c.relname IN (
    'essays.account', 'essays.account_rhythm', 'essays.account_timeline', 'essays.availability', 'essays.catalog',
    'essays.copy', 'essays.document', 'essays.edit', 'essays.essay', 'essays.fetch_log', 'essays.image', 'essays.missing',
    'essays.new_essay', 'essays.passage', 'essays.relation', 'essays.release', 'essays.release_item', 'essays.revision',
    'essays.run_account', 'essays.seed_vs_ingested', 'essays.source_health', 'essays.takedown', 'essays.to_review',
    'essays.turn', 'notes.coded', 'notes.entry');

INSERT INTO ingest.analyst_object (identity, kind)
SELECT i.identity, 'function'
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN LATERAL pg_identify_object('pg_proc'::regclass, p.oid, 0) i
WHERE n.nspname || '.' || p.proname IN (
    'essays.author_timeline', 'essays.cite', 'essays.cited', 'essays.compare', 'essays.count_matches', 'essays.diff',
    'essays.matches', 'essays.mentions', 'essays.month_of', 'essays.quoted_by', 'essays.resolve', 'essays.resolve_document',
    'essays.search', 'essays.term_trend', 'essays.why', 'ingest.bibtex', 'ingest.diff_script', 'ingest.key_of',
    'ingest.search_code', 'ingest.search_documents', 'ingest.search_frequencies', 'ingest.search_has', 'ingest.search_in',
    'ingest.search_keys_of', 'ingest.search_passes', 'ingest.search_places', 'ingest.search_plan', 'ingest.search_problems',
    'ingest.search_snippet', 'ingest.search_sure', 'ingest.search_terms');
