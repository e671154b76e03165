-- Which tutors are free, for search. shared.domain.free_time.Calendar implements the same rule, and a test keeps the
-- two equal. A function is planned only once per connection. A slot is tried at each step from the beginning of an
-- item.
CREATE OR REPLACE FUNCTION has_free_slot(tutor int, windows tstzmultirange, wanted int) RETURNS boolean
LANGUAGE plpgsql STABLE COST 1000 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    terms booking_terms;
    step interval;
    lasting interval;
    before interval;
    after interval;
    first timestamptz := lower(windows);
    last timestamptz := upper(windows);
BEGIN
    SELECT * INTO terms FROM booking_terms WHERE tutor_id = tutor;
    IF wanted <> ALL (terms.session_lengths) THEN
        RETURN false;
    END IF;
    step := make_interval(mins => terms.slot_step);
    lasting := make_interval(mins => coalesce(wanted, terms.session_lengths[1]));
    before := make_interval(mins => terms.buffer_before);
    after := make_interval(mins => terms.buffer_after);
    RETURN EXISTS (
        SELECT FROM schedule_items item
        CROSS JOIN (
            SELECT range_agg(tstzrange(starts_at, ends_at)) AS offered,
                range_agg(tstzrange(starts_at, ends_at)) FILTER (WHERE source = 'explicit') AS explicit
            FROM schedule_items WHERE tutor_id = tutor AND ends_at > first AND starts_at < last
        ) schedule
        CROSS JOIN (
            SELECT range_agg(span) AS busy, array_agg(starts_at) FILTER (WHERE starts_at IS NOT NULL) AS sessions
            FROM (
                SELECT tstzrange(busy_from, busy_until), starts_at FROM tutoring_sessions
                WHERE tutor_id = tutor AND taken
                  AND starts_at > first - interval '9 days' AND starts_at < last + interval '9 days'
                UNION ALL
                SELECT tstzrange(starts_at, ends_at), NULL FROM bookings
                WHERE student_id = (SELECT user_id FROM tutors WHERE id = tutor) AND state IN ('pending', 'confirmed')
                  AND starts_at > first - interval '9 days' AND starts_at < last + interval '9 days'
            ) taken (span, starts_at)
        ) session
        CROSS JOIN LATERAL unnest(tstzmultirange(tstzrange(item.starts_at, item.ends_at)) * windows) piece
        CROSS JOIN LATERAL generate_series(
            date_bin(
                step,
                greatest(lower(piece), now() + make_interval(mins => terms.minimum_notice)) + step - interval '1 us',
                item.starts_at
            ),
            upper(piece) - interval '1 us',
            step
        ) start
        WHERE item.tutor_id = tutor AND item.ends_at > first AND item.starts_at < last
        AND windows @> tstzrange(start, start + lasting) AND schedule.offered @> tstzrange(start, start + lasting)
        AND (
            start <= now() + make_interval(hours => 24 * terms.booking_window)
            OR schedule.explicit @> tstzrange(start, start + lasting)
        )
        AND (session.busy && tstzrange(start - before, start + lasting + after)) IS NOT TRUE
        AND (terms.max_per_day IS NULL OR terms.max_per_day > (
            SELECT count(*) FROM unnest(session.sessions) other
            WHERE (other AT TIME ZONE terms.time_zone)::date = (start AT TIME ZONE terms.time_zone)::date
        ))
        AND (terms.max_per_week IS NULL OR terms.max_per_week > (
            SELECT count(*) FROM unnest(session.sessions) other
            WHERE date_trunc('week', other AT TIME ZONE terms.time_zone)
                = date_trunc('week', start AT TIME ZONE terms.time_zone)
        ))
    );
END $$;
