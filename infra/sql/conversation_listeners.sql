-- The protocol version and id of each open socket that hears a conversation: the conversation's own sockets, and its
-- members' user sockets (protocols 3 and 4). VOLATILE on purpose: it sees what was committed while the calling
-- statement waited for a lock. Sockets are found by their keys, member by member (OFFSET 0). A session keeps its plan,
-- and a plan made when few sockets were open would otherwise read all of them.
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
