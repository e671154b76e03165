-- Deleting or suspending an account cancels its upcoming bookings. Rows are locked in the same order as by everything
-- that changes bookings: bookings by id, then sessions by id; accounts are locked before them (shared.data.locking). A
-- seat that somebody waits for stays taken: the sweep of the bookings feature passes it on. A proposal to move a
-- session ends with the last of its bookings (end_move_proposal).
CREATE OR REPLACE FUNCTION cancel_bookings_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taught bigint[] := ARRAY(
        SELECT s.id FROM tutoring_sessions s JOIN tutors t ON t.id = s.tutor_id
        WHERE t.user_id = OLD.id AND s.taken AND s.ends_at > clock_timestamp()
    );
    cancelled bigint[] := ARRAY(
        SELECT id FROM bookings
        WHERE state IN ('pending', 'confirmed') AND ends_at > clock_timestamp()
          AND (student_id = OLD.id OR session_id = ANY(taught))
        ORDER BY id FOR UPDATE
    );
    -- One array, because PostgreSQL would read all sessions for an OR of subqueries.
    touched bigint[] := ARRAY(
        SELECT id FROM tutoring_sessions
        WHERE id = ANY(
            taught
            || ARRAY(SELECT session_id FROM bookings WHERE id = ANY(cancelled))
            || ARRAY(SELECT session_id FROM waitlist_entries WHERE student_id = OLD.id AND state = 'waiting')
        )
        ORDER BY id FOR UPDATE
    );
BEGIN
    INSERT INTO booking_changes (booking_id, kind, from_state, to_state, actor_role, reason, at)
    SELECT id, 'cancelled', state, 'cancelled', CASE WHEN student_id = OLD.id THEN 'student' ELSE 'tutor' END,
        CASE TG_OP WHEN 'DELETE' THEN 'Konto zostało usunięte.' ELSE 'Konto zostało zawieszone.' END,
        statement_timestamp()
    FROM bookings WHERE id = ANY(cancelled) ORDER BY id;
    UPDATE bookings SET state = 'cancelled', awaiting = NULL, expires_at = NULL, sequence = sequence + 1,
        updated_at = clock_timestamp()
    WHERE id = ANY(cancelled);
    UPDATE waitlist_entries SET state = 'closed'
    WHERE (session_id = ANY(taught) OR student_id = OLD.id) AND state IN ('waiting', 'offered');
    UPDATE tutoring_sessions s SET taken = false
    WHERE s.id = ANY(touched) AND s.taken AND s.moves_session_id IS NULL
      AND NOT EXISTS (
        SELECT FROM bookings b WHERE b.session_id = s.id AND b.state NOT IN ('cancelled', 'expired')
      )
      AND NOT EXISTS (
        SELECT FROM waitlist_entries w WHERE w.session_id = s.id AND w.state = 'waiting' AND w.student_id <> OLD.id
      );
    RETURN OLD;
END $$;
