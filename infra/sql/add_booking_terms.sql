-- Every tutor has booking terms, even one added by code that knows nothing about them.
CREATE OR REPLACE FUNCTION add_booking_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO booking_terms (tutor_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
