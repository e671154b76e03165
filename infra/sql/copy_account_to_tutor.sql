-- The tutor's row repeats what search needs from the account.
CREATE OR REPLACE FUNCTION copy_account_to_tutor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tutors SET first_name = NEW.first_name, last_name = NEW.last_name, picture = NEW.picture,
        listed = NEW.confirmed_at IS NOT NULL AND NEW.suspended_at IS NULL,
        name_folded = ' ' || fold(NEW.first_name || ' ' || NEW.last_name) || ' '
    WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
