-- The protocol version and id of each open socket that hears a conversation: its own, and the members' sockets for all of
-- theirs (protocols 3 and 4). VOLATILE on purpose: it sees what was committed while the statement that calls it waited for a lock.
CREATE OR REPLACE FUNCTION conversation_listeners(conversation uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(listener, ' ') FROM (
        SELECT protocol || id AS listener FROM connections WHERE conversation_id = conversation
        UNION ALL
        SELECT c.protocol || c.id FROM conversation_members m
        JOIN connections c ON c.user_id = m.user_id AND c.protocol IN (3, 4)
        WHERE m.conversation_id = conversation
    ) AS listeners
$$;
