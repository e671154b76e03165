-- The tutors with items at times that few offer; null if there are more than `most` items in total, or two thousand in
-- one window. Only a plain index scan can stop there: a bitmap scan, which the planner prefers, would collect all rows
-- first.
CREATE OR REPLACE FUNCTION tutors_with_rare_times(times tstzmultirange, most int) RETURNS int[]
LANGUAGE plpgsql STABLE SET enable_bitmapscan = off SET enable_seqscan = off AS $$
DECLARE
    time tstzrange;
    here int[];
    found int[] := '{}';
BEGIN
    FOR time IN SELECT unnest(times) LOOP
        here := ARRAY(SELECT tutor_id FROM schedule_items WHERE tstzrange(starts_at, ends_at) && time LIMIT 2000);
        found := found || here;
        IF cardinality(here) = 2000 OR cardinality(found) > most THEN
            RETURN NULL;
        END IF;
    END LOOP;
    RETURN found;
END $$;
