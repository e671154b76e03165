-- The same format as shared.domain.timestamps.format_time. In plpgsql, so that it is planned once per connection.
CREATE OR REPLACE FUNCTION format_time(moment timestamptz, zone text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
    local timestamp := moment AT TIME ZONE zone;
    seconds int := extract(epoch FROM local - (moment AT TIME ZONE 'UTC'));
BEGIN
    RETURN replace(to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
        || CASE WHEN seconds < 0 THEN '-' ELSE '+' END
        || to_char(abs(seconds) / 3600, 'FM00') || ':' || to_char(abs(seconds) / 60 % 60, 'FM00')
        -- Local mean time, before there were zones, has seconds.
        || CASE WHEN seconds % 60 = 0 THEN '' ELSE to_char(abs(seconds) % 60, '":"FM00') END;
END $$;
