-- Nothing leaves dead numbers in leaves since 0420; 0550 still names the table.
DROP TABLE ingest.fingerprint_dead;
