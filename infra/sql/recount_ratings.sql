-- A trigger with transition tables cannot name columns: it finds out itself that a reply changes no counter. The tutor is
-- locked before the rating, as an account's deletion locks them.
CREATE OR REPLACE FUNCTION recount_ratings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changes json := (
    SELECT json_agg(change) FROM (
        SELECT tutor_id, sum(number) AS number, sum(points) AS points FROM (
            SELECT tutor_id, 1 AS number, rating AS points FROM added WHERE hidden_at IS NULL
            UNION ALL SELECT tutor_id, -1, -rating FROM removed WHERE hidden_at IS NULL
        ) counted GROUP BY tutor_id HAVING sum(number) <> 0 OR sum(points) <> 0
    ) change
);
BEGIN
    IF changes IS NOT NULL THEN
        PERFORM FROM tutors WHERE id IN (SELECT tutor_id FROM json_to_recordset(changes) AS c (tutor_id int))
        ORDER BY id FOR NO KEY UPDATE;
        UPDATE tutors SET rating_count = rating_count + c.number, rating_sum = rating_sum + c.points
        FROM json_to_recordset(changes) AS c (tutor_id int, number int, points int) WHERE id = c.tutor_id;
    END IF;
    RETURN NULL;
END $$;
