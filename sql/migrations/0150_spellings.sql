-- The rule that holds for URLs of every site, as ingest/urls has it in Python: what follows is tested against it. What only a
-- site knows (a phone's host, an identity in a parameter) stands here as rows, once a program with the sites' rules met it.

CREATE FUNCTION ingest.url_bytes(quoted text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(string_agg(CASE WHEN part[1] ~ '^%.' THEN decode(substr(part[1], 2), 'hex') ELSE convert_to(part[1], 'UTF8') END,
        '' ORDER BY n), '')
    FROM regexp_matches(quoted, '%[0-9A-Fa-f]{2}|[^%]+|%', 'g') WITH ORDINALITY AS found (part, n)
$$;
COMMENT ON FUNCTION ingest.url_bytes IS 'A part of a URL without its percent signs, as bytes';

CREATE FUNCTION ingest.url_quoted(given bytea, safe text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(string_agg(CASE
        WHEN byte BETWEEN 1 AND 127 AND strpos(safe || 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-', chr(greatest(byte, 1))) > 0
            THEN chr(greatest(byte, 1))
        ELSE '%' || upper(lpad(to_hex(byte), 2, '0')) END, '' ORDER BY n), '')
    FROM generate_series(0, length(given) - 1) n, LATERAL (SELECT get_byte(given, n) AS byte) one
$$;
COMMENT ON FUNCTION ingest.url_quoted IS 'Bytes as a part of a URL, with percent signs where they must be';

CREATE FUNCTION ingest.url_key(url text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    plain text := regexp_replace(btrim(url, E' \t\r\n'), '\s*[\t\r\n]\s*', '', 'g');
    part text[];
    place text;
    path text;
    query text := '';
    parameter text;
    wrapped text;
    of_wechat boolean;
BEGIN
    IF length(plain) > 8000 THEN
        RETURN NULL;
    END IF;
    IF plain ~ '：／／' THEN
        plain := translate(plain, '！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
            '!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~');
    END IF;
    FOR step IN 1..3 LOOP
        IF plain ~* '^https?%3A' THEN
            plain := convert_from(ingest.url_bytes(plain), 'UTF8');
        END IF;
        plain := replace(replace(replace(replace(replace(plain, '\x26', '&'), '\u0026', '&'), '\/', '/'), '&amp;', '&'), '&amp;', '&');
        IF plain ~ '^//' THEN
            plain := 'https:' || plain;
        ELSIF plain !~ '^[^/?#]{1,9}://' THEN
            plain := 'https://' || plain;
        END IF;
        part := regexp_match(plain, '^(https?)://([^/?#@]+)([^?#]*)(?:\?([^#]*))?(#.*)?$', 'i');
        IF part IS NULL THEN
            RETURN NULL;
        END IF;
        place := lower(part[2]);
        -- A link that only leads to another one.
        parameter := CASE place
            WHEN 'mp.weixinbridge.com' THEN 'url' WHEN 'link.zhihu.com' THEN 'target' WHEN 'link.juejin.cn' THEN 'target'
            WHEN 'link.csdn.net' THEN 'target' WHEN 'links.jianshu.com' THEN 'to' WHEN 'link.jianshu.com' THEN 't'
            WHEN 'c.pc.qq.com' THEN 'pfurl' WHEN 'nimg.ws.126.net' THEN 'url' END;
        wrapped := substring(part[4] FROM '(?:^|&)' || parameter || '=([^&]+)');
        EXIT WHEN wrapped IS NULL;
        wrapped := convert_from(ingest.url_bytes(replace(wrapped, '+', ' ')), 'UTF8');
        EXIT WHEN wrapped !~* '^https?://';
        plain := wrapped;
    END LOOP;

    place := regexp_replace(regexp_replace(place, ':(80|443)?$', ''), '\.(?=:|$)', '');
    IF place !~ '\.' THEN
        RETURN NULL;
    END IF;
    path := part[3];
    IF path ~ '[^A-Za-z0-9_.~/:@!$&''()*+,;=-]' THEN
        path := ingest.url_quoted(ingest.url_bytes(path), '/%:@!$&''()*+,;=~-._');
    END IF;
    path := rtrim(path, '/');
    IF part[4] <> '' THEN
        of_wechat := plain ~ 'weixin\.qq\.com|\.qpic\.cn|\.qlogo\.cn';
        -- Session keys, and what only tells where a reader came from, make no difference. Of an article of WeChat account,
        -- push and place are the whole.
        WITH pair AS (
            SELECT split_part(one, '=', 1) AS name, substr(one, length(split_part(one, '=', 1)) + 2) AS value
            FROM unnest(string_to_array(part[4], '&')) AS one WHERE one <> ''
        ), told AS (
            SELECT CASE WHEN name ~ '[%+]' THEN convert_from(ingest.url_bytes(replace(name, '+', ' ')), 'UTF8') ELSE name END AS name,
                CASE WHEN value ~ '[%+]' THEN convert_from(ingest.url_bytes(replace(value, '+', ' ')), 'UTF8') ELSE value END AS value
            FROM pair
        ), named AS (
            SELECT name, value, lower(name) AS said FROM told
        ), kept AS (
            SELECT name, value, said IN ('__biz', 'mid', 'idx') AND value <> '' AS is_identity FROM named
            WHERE said !~ '^(?:utm_\w+|spm(?:_id_from)?|scm|(?:fb|[fgy])clid|msclkid|mc_[ce]id|igshid|vd_source|isappinstalled|share_(?:token|from|source|medium|session_id|tag)|wx(?:share|from)\w*|nsukey)$'
                AND NOT (said = 'from' AND name = 'from' AND value IN ('singlemessage', 'groupmessage', 'timeline', 'wechat', 'weixin'))
                AND said NOT IN ('pass_ticket', 'appmsg_token', 'exportkey', 'exportkey_token', 'poc_token', 'wxtoken', 'wap_sid2',
                    'cap_sid', 'slave_sid', '__second_open_token__', 'passticket', 'appmsgtoken', 'data_ticket', 'user_uin', '__moon_report_uin')
                AND NOT (said IN ('access_token', 'session_key') AND length(value) >= 5)
                AND NOT (said = 'key' AND (of_wechat OR value ~ '^[0-9a-fA-F]{32,}$'))
                AND NOT (said = 'uin' AND (of_wechat OR value ~ '^(?=.*[A-Za-z])[\w+/=%-]{6,}$'))
                AND NOT (of_wechat AND said IN ('wx_header', 'sharer_shareinfo', 'sharer_shareinfo_first', 'sharer_shareid',
                    'sharer_sharetime', 'enterid', 'clicktime', 'devicetype', 'nettype', 'abtest_cookie', 'sessionid'))
        )
        SELECT string_agg(
            CASE WHEN name ~ '[^A-Za-z0-9_.~-]' THEN replace(ingest.url_quoted(convert_to(name, 'UTF8'), ' '), ' ', '+') ELSE name END || '=' ||
            CASE WHEN value ~ '[^A-Za-z0-9_.~-]' THEN replace(ingest.url_quoted(convert_to(value, 'UTF8'), ' '), ' ', '+') ELSE value END,
            '&' ORDER BY name COLLATE "C", value COLLATE "C") INTO query
        FROM kept
        WHERE is_identity OR place <> 'mp.weixin.qq.com' OR (SELECT count(*) FROM kept WHERE is_identity) < 3;
    END IF;
    RETURN left('url:' || place || coalesce(nullif(path, ''), '/') || coalesce('?' || nullif(query, ''), ''), 2000);
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character OR invalid_parameter_value THEN
    RETURN NULL;  -- bytes that are no text in any spelling
END
$$;
COMMENT ON FUNCTION ingest.url_key IS 'The key that a URL has by the rule for pages of any site: scheme, port, fragment, tracking, session keys, order of parameters and a slash at the end make no difference, a link that only leads elsewhere is what it leads to; NULL when it is no URL';

CREATE TABLE ingest.spelling (
    url_key text NOT NULL,
    key text NOT NULL,
    spelling text NOT NULL,
    met_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (url_key, key)
);
COMMENT ON TABLE ingest.spelling IS 'URLs by which an address was met whose key the rule for any site does not give: those of sites with rules of their own';
COMMENT ON COLUMN ingest.spelling.url_key IS 'What ingest.url_key makes of it; all spellings with the same are one row';
COMMENT ON COLUMN ingest.spelling.key IS 'Key of the address, of a document or of a link that a document has';
COMMENT ON COLUMN ingest.spelling.spelling IS 'The first such URL that was met, without session keys';
COMMENT ON COLUMN ingest.spelling.met_at IS 'When it was met first';
CREATE INDEX spelling_key ON ingest.spelling (key);

-- A seed is a document of its own, whatever else is at the address that it declares: it stands in where nothing else is.
CREATE TABLE ingest.declared (
    key text NOT NULL,
    document_id bigint NOT NULL,
    PRIMARY KEY (key, document_id)
);
COMMENT ON TABLE ingest.declared IS 'Addresses that files of seed corpora declare to be those of their documents; where one has no document of its own, that of the seed stands in, if all that declare it are one work';
COMMENT ON COLUMN ingest.declared.key IS 'Key of the address';
COMMENT ON COLUMN ingest.declared.document_id IS 'The document of the seed';
CREATE INDEX declared_document ON ingest.declared (document_id);

-- Spellings of a page whose bare path is known need no row.
CREATE FUNCTION ingest.add_spellings(given json) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    WITH met AS MATERIALIZED (
        SELECT DISTINCT ON (url_key, key) ingest.url_key(spelling) AS url_key, key, spelling
        FROM json_to_recordset(given) AS r (key text, spelling text)
        ORDER BY url_key, key, length(spelling), spelling
    )
    INSERT INTO ingest.spelling (url_key, key, spelling)
    SELECT url_key, key, left(spelling, 2000) FROM met
    WHERE url_key IS NOT NULL AND url_key <> key AND (strpos(url_key, '?') = 0 OR NOT EXISTS (
        SELECT FROM met bare WHERE bare.key = met.key AND bare.url_key = split_part(met.url_key, '?', 1)
        UNION ALL
        SELECT FROM ingest.spelling bare WHERE bare.key = met.key AND bare.url_key = split_part(met.url_key, '?', 1)))
    ORDER BY url_key, key
    ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION ingest.add_spellings IS 'Notes by which URLs addresses were met; rows of key and spelling';

REVOKE EXECUTE ON FUNCTION ingest.url_bytes, ingest.url_quoted, ingest.url_key, ingest.add_spellings FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest.url_bytes, ingest.url_quoted, ingest.url_key, ingest.add_spellings TO essays_loader;
GRANT SELECT, INSERT ON ingest.spelling TO essays_loader;
GRANT SELECT, INSERT, DELETE ON ingest.declared TO essays_loader;

-- What is here already was met by its own URL.
SELECT ingest.add_spellings((SELECT json_agg(json_build_object('key', key, 'spelling', url)) FROM ingest.address WHERE url IS NOT NULL));
DO $$
BEGIN
    IF to_regclass('ingest.claim') IS NOT NULL THEN
        PERFORM ingest.add_spellings((SELECT json_agg(json_build_object('key', target_key, 'spelling', target_url))
            FROM (SELECT DISTINCT target_key, target_url FROM ingest.claim WHERE target_url IS NOT NULL AND target_key NOT LIKE 'url:%') linked));
    END IF;
END
$$;
