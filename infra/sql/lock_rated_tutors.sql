-- Deleting an account removes the ratings it gave and received, and its name from those it hid. All tutors concerned
-- are locked first, in order of id: accounts that rated each other wait instead of deadlocking halfway, and so does a
-- decision on a review.
CREATE OR REPLACE FUNCTION lock_rated_tutors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tutors WHERE id IN (
        SELECT id FROM tutors WHERE user_id = OLD.id
        UNION SELECT tutor_id FROM ratings WHERE student_id = OLD.id OR hidden_by = OLD.id
    ) ORDER BY id FOR UPDATE;
    RETURN OLD;
END $$;
