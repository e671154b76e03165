-- Whether a student had a session with a tutor that took place, which makes a review a verified one.
CREATE OR REPLACE FUNCTION had_session(tutor int, student uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (
        SELECT FROM bookings b JOIN tutoring_sessions s ON s.id = b.session_id
        WHERE b.student_id = student AND b.state = 'completed' AND s.tutor_id = tutor
    )
$$;
