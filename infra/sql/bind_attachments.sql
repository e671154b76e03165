-- Binds attachments to a message and returns them as shared.data.attachments.FACTS, in the order in which they were
-- named. Each must belong to the author and to that conversation, be checked, and not belong to a message yet.
-- Otherwise none is bound and the statement fails. VOLATILE: it sees what was committed while the calling statement
-- waited for a lock.
CREATE OR REPLACE FUNCTION bind_attachments(wanted uuid[], conversation uuid, author uuid, message uuid) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    bound integer;
BEGIN
    UPDATE attachments SET message_id = message, place = array_position(wanted, id)
    WHERE id = ANY(wanted) AND conversation_id = conversation AND created_by = author
      AND completed_at IS NOT NULL AND removed_at IS NULL AND message_id IS NULL;
    GET DIAGNOSTICS bound = ROW_COUNT;
    IF bound <> cardinality(wanted) THEN
        RAISE check_violation USING MESSAGE = 'attachments are not free', CONSTRAINT = 'attachments_free';
    END IF;
    RETURN (
        SELECT json_agg(json_build_array(a.id, a.name, a.content_type, a.size, a.width, a.height, a.has_thumbnail,
            floor(extract(epoch FROM a.created_at))::bigint) ORDER BY a.place)
        FROM attachments a WHERE a.message_id = message
    );
END $$;
