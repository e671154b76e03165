-- Maintains the counters of a tutor's visible ratings, and of the verified ones among them. Rows are locked in order of
-- id, because deleting an account touches several.
CREATE OR REPLACE FUNCTION count_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM added) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + change.number, rating_sum = rating_sum + change.points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM added WHERE hidden_at IS NULL GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
        -- `recount_ratings` counts what this changes.
        UPDATE ratings r SET verified = true FROM added
        WHERE r.id = added.id AND had_session(added.tutor_id, added.student_id);
    ELSE
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count - change.number, rating_sum = rating_sum - change.points,
            verified_count = verified_count - change.verified_number, verified_sum = verified_sum - change.verified_points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points,
                count(*) FILTER (WHERE verified) AS verified_number,
                coalesce(sum(rating) FILTER (WHERE verified), 0) AS verified_points
            FROM removed WHERE hidden_at IS NULL GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
    END IF;
    RETURN NULL;
END $$;
