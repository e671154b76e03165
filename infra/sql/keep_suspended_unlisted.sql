-- Any change of the offer lists a tutor's row again. The row is locked by then, so this reads what is committed.
CREATE OR REPLACE FUNCTION keep_suspended_unlisted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.listed := EXISTS (SELECT FROM users WHERE id = NEW.user_id AND suspended_at IS NULL);
    RETURN NEW;
END $$;
