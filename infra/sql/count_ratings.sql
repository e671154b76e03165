-- Counters of a tutor's visible ratings. Rows are locked in order of id: an account's deletion touches several.
CREATE OR REPLACE FUNCTION count_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM added) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + change.number, rating_sum = rating_sum + change.points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM added WHERE hidden_at IS NULL GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
    ELSE
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM removed) ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count - change.number, rating_sum = rating_sum - change.points
        FROM (
            SELECT tutor_id, count(*) AS number, sum(rating) AS points FROM removed WHERE hidden_at IS NULL GROUP BY tutor_id
        ) AS change
        WHERE id = change.tutor_id;
    END IF;
    RETURN NULL;
END $$;
