-- A new tutor's row starts with what search needs from the account.
CREATE OR REPLACE FUNCTION fill_tutor_from_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT first_name, last_name, picture, confirmed_at IS NOT NULL AND suspended_at IS NULL,
        ' ' || fold(first_name || ' ' || last_name) || ' '
    INTO NEW.first_name, NEW.last_name, NEW.picture, NEW.listed, NEW.name_folded
    FROM users WHERE id = NEW.user_id;
    RETURN NEW;
END $$;
