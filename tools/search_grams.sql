-- Made by tools/search_tables.py; never changed by hand.

-- The keys of a text: its characters, its pairs of neighbours (letters or digits; beside an ASCII one any ASCII
-- character, for c++ and gpt-4), and every longer run of letters whose beginning and end, each one character shorter,
-- are common. So a term either is a key itself or contains a key that is not common, and few texts have to be read.
-- Which runs are common was counted once, in other texts; that decides about speed alone: any text and any term have
-- the right keys, in every database and after every REINDEX.
-- A key's number is exact: up to three characters are packed, a longer one is its beginning's number modulo a prime
-- that tells all common runs apart, and its last character. Whether a run is a key depends on nothing but the run.
CREATE FUNCTION ingest.search_letter(c bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $letter$
    SELECT c BETWEEN 19968 AND 40959 OR c BETWEEN 97 AND 122 OR c BETWEEN 48 AND 57 OR c >= 192 AND NOT (
        c BETWEEN 8192 AND 12292 OR c BETWEEN 12296 AND 12320 OR c BETWEEN 65040 AND 65135
        OR c BETWEEN 126976 AND 131071)
$letter$;
COMMENT ON FUNCTION ingest.search_letter IS 'Whether the character with this code makes keys with its neighbours, as letters and digits do';

CREATE FUNCTION ingest.search_keys(body text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000 AS $keys$
DECLARE
    codes bigint[] := ARRAY(SELECT ascii(c)::bigint FROM string_to_table(body, NULL) c);
    pairs bigint[];
    keys bigint[] := '{}';
    places integer[];
    place integer;
    last integer := 0;
    ending bigint[] := '{0,0,0,0,0,0,0,0}';  -- the common runs that end where the last pair ends, by length
    longest integer := 0;
    length integer;
    was integer;
    shorter bigint;
    run bigint;
BEGIN
    SELECT array_agg(pair), array_agg(n::integer) FILTER (WHERE pair = ANY ('{
@PAIRS@
}'::bigint[]))
    INTO pairs, places
    FROM (
        SELECT a * 2097152 + b AS pair, n
        FROM ROWS FROM (unnest(codes), unnest(codes[2:])) WITH ORDINALITY AS neighbour (a, b, n)
        WHERE a BETWEEN 19968 AND 40959 AND b BETWEEN 19968 AND 40959
            OR ingest.search_letter(a) AND (ingest.search_letter(b) OR a < 127 AND b BETWEEN 33 AND 126)
            OR ingest.search_letter(b) AND b < 127 AND a BETWEEN 33 AND 126) neighbours;
    FOREACH place IN ARRAY coalesce(places, '{}') LOOP
        run := codes[place] * 2097152 + codes[place + 1];
        IF place = last + 1 THEN
            was := longest;
            length := 2;
            LOOP
                shorter := ending[length];
                ending[length] := run;
                longest := length;
                run := CASE length WHEN 2 THEN shorter * 2097152
                    ELSE -(abs(shorter) % @MODULUS@ * 2097152) END;
                run := CASE length WHEN 2 THEN run + codes[place + 1] ELSE run - codes[place + 1] END;
                keys := keys || run;
                EXIT WHEN run <> ALL ('{
@LONGER@
}'::bigint[]);
                length := length + 1;
                IF length > was THEN
                    ending[length] := run;
                    longest := length;
                    EXIT;
                END IF;
            END LOOP;
        ELSE
            ending[2] := run;
            longest := 2;
        END IF;
        last := place;
    END LOOP;
    RETURN codes || pairs || keys;
END
$keys$;
COMMENT ON FUNCTION ingest.search_keys IS 'The keys that the search index has for a folded text';
