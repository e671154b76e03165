-- While the change from an old address can still be revoked, nobody else can use that address: a person who took over
-- an account might register it again. Checked once the row exists: a change that the unique index waited for is
-- committed by then.
CREATE OR REPLACE FUNCTION keep_revocable_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM email_changes
        WHERE lower(old_email) = lower(NEW.email) AND user_id <> NEW.id AND revocable_until > now()) THEN
        RAISE unique_violation USING CONSTRAINT = 'users_email_key', MESSAGE = 'the address can still be taken back';
    END IF;
    RETURN NULL;
END $$;
