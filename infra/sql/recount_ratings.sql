-- A trigger with transition tables cannot name columns, so it finds out itself that a reply changes no counter. The
-- tutor is locked before the rating, in the same order as by the deletion of an account.
CREATE OR REPLACE FUNCTION recount_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changes json := (
    SELECT json_agg(change) FROM (
        SELECT tutor_id, sum(sign) AS number, sum(sign * rating) AS points,
            coalesce(sum(sign) FILTER (WHERE verified), 0) AS verified_number,
            coalesce(sum(sign * rating) FILTER (WHERE verified), 0) AS verified_points
        FROM (
            SELECT tutor_id, rating, verified, hidden_at, 1 AS sign FROM added
            UNION ALL SELECT tutor_id, rating, verified, hidden_at, -1 FROM removed
        ) counted WHERE hidden_at IS NULL GROUP BY tutor_id
    ) change WHERE number <> 0 OR points <> 0 OR verified_number <> 0 OR verified_points <> 0
);
BEGIN
    IF changes IS NOT NULL THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM json_to_recordset(changes) AS c (tutor_id int))
        ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + c.number, rating_sum = rating_sum + c.points,
            verified_count = verified_count + c.verified_number, verified_sum = verified_sum + c.verified_points
        FROM json_to_recordset(changes)
            AS c (tutor_id int, number int, points int, verified_number int, verified_points int)
        WHERE id = c.tutor_id;
    END IF;
    RETURN NULL;
END $$;
