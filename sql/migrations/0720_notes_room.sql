-- What analysts write has room, and an end: endless notes would fill the disk that essays are loaded to.
CREATE FUNCTION notes.keep_room() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_total_relation_size(TG_RELID) > TG_ARGV[0]::bigint AND NOT notes.is_restored(TG_RELID) THEN
        RAISE EXCEPTION 'notes.% is full: it may take % on the disk', TG_TABLE_NAME, pg_size_pretty(TG_ARGV[0]::bigint)
            USING ERRCODE = 'program_limit_exceeded',
                HINT = 'Delete what nobody needs; then the owner makes room with VACUUM FULL.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION notes.keep_room IS 'Refuses rows of analysts in a table that takes more than so many bytes';
REVOKE EXECUTE ON FUNCTION notes.keep_room FROM PUBLIC;

CREATE TRIGGER keep_room BEFORE INSERT OR UPDATE ON notes.tag FOR EACH ROW EXECUTE FUNCTION notes.keep_room('1073741824');
CREATE TRIGGER keep_room BEFORE INSERT OR UPDATE ON notes.note FOR EACH ROW EXECUTE FUNCTION notes.keep_room('1073741824');
CREATE TRIGGER keep_room BEFORE INSERT OR UPDATE ON notes.coding FOR EACH ROW EXECUTE FUNCTION notes.keep_room('1073741824');
