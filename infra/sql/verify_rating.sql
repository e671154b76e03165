-- A session that took place, or turns out not to have, changes whether its student's rating of the tutor is verified.
-- The tutor is locked before the rating is looked up: a rating being added meanwhile is either seen here or sees this
-- change.
CREATE OR REPLACE FUNCTION verify_rating() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    teacher int := (SELECT tutor_id FROM tutoring_sessions WHERE id = NEW.session_id);
BEGIN
    PERFORM FROM tutors WHERE id = teacher FOR NO KEY UPDATE;
    UPDATE ratings SET verified = NOT verified
    WHERE tutor_id = teacher AND student_id = NEW.student_id AND verified <> had_session(tutor_id, student_id);
    RETURN NULL;
END $$;
