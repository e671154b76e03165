-- A tutor's row is listed again by whoever changes the offer. It is locked by then: what this finds is what is committed.
CREATE OR REPLACE FUNCTION keep_suspended_unlisted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.listed := EXISTS (SELECT FROM users WHERE id = NEW.user_id AND suspended_at IS NULL);
    RETURN NEW;
END $$;
