-- The tutors who offer something at times that few offer; null if more than `most` items are there altogether, or in one
-- window two thousand. Only a plain scan of the index stops there: a bitmap, which the planner prefers, would hold
-- everybody first.
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
