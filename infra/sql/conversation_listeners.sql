-- The protocol version and id of each open socket that hears a conversation: its own, and the members' sockets for all of
-- theirs (protocols 3 and 4). VOLATILE on purpose: it sees what was committed while the statement that calls it waited for a lock.
-- Sockets are found by their keys, member by member (OFFSET 0), whatever the plan was made for: a session keeps it, and when
-- it was made few sockets may have been open, of which it would have read all.
CREATE OR REPLACE FUNCTION conversation_listeners(conversation uuid) RETURNS text LANGUAGE sql VOLATILE
SET enable_seqscan = off AS $$
    SELECT string_agg(listener, ' ') FROM (
        SELECT protocol || id AS listener FROM connections WHERE conversation_id = conversation
        UNION ALL
        SELECT own.listener FROM conversation_members m CROSS JOIN LATERAL (
            SELECT c.protocol || c.id AS listener FROM connections c
            WHERE c.user_id = m.user_id AND c.protocol IN (3, 4) OFFSET 0
        ) AS own
        WHERE m.conversation_id = conversation
    ) AS listeners
$$;
