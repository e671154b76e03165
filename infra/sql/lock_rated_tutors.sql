-- The deletion of an account removes ratings it gave and got. All tutors these belong to are locked first, in order of
-- id: accounts that rated each other wait instead of deadlocking halfway.
CREATE OR REPLACE FUNCTION lock_rated_tutors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tutors WHERE id IN (
        SELECT id FROM tutors WHERE user_id = OLD.id UNION SELECT tutor_id FROM ratings WHERE student_id = OLD.id
    ) ORDER BY id FOR UPDATE;
    RETURN OLD;
END $$;
