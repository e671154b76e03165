-- A tutor's proposal to move a session ends with the last booking that could accept it, however that booking ended:
-- cancelled by either side, by time off or with an account, or expired. The time is then free; if somebody waits for
-- it, it stays taken until the sweep of the bookings feature has passed it on.
CREATE OR REPLACE FUNCTION end_move_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tutoring_sessions held SET moves_session_id = NULL, held_until = NULL,
        taken = EXISTS (SELECT FROM waitlist_entries WHERE session_id = held.id AND state = 'waiting')
    WHERE held.moves_session_id = NEW.session_id
      AND NOT EXISTS (
        SELECT FROM bookings WHERE session_id = NEW.session_id AND state IN ('pending', 'confirmed')
            AND awaiting IS DISTINCT FROM 'student'
      );
    RETURN NULL;
END $$;
