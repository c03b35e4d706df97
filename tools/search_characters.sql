-- Made by tools/search_tables.py; never changed by hand.

-- Only characters that the text has are exchanged: translate() goes through its whole list for every character.
CREATE FUNCTION ingest.search_fold(t text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $fold$
DECLARE
    plain text := lower(t COLLATE "C");
    present text[] := string_to_array(regexp_replace(plain COLLATE "C",
        '[^@CLASS@]+', '', 'g'), NULL);
    old text;
    new text;
BEGIN
    IF cardinality(present) = 0 THEN
        RETURN plain;
    END IF;
    SELECT string_agg(c, ''), string_agg(
'@PAIRS@'::jsonb ->> c, '')
    INTO old, new FROM (SELECT DISTINCT c FROM unnest(present) c) found;
    RETURN translate(plain, old, new);
END
$fold$;
COMMENT ON FUNCTION ingest.search_fold IS 'The text as it is searched: width, case, accents and Simplified/Traditional made equal, one character for one, so that positions hold';
