-- The protocol version and id of each open socket of a conversation. VOLATILE on purpose: it sees what was committed
-- while the statement that calls it waited for a lock.
CREATE OR REPLACE FUNCTION conversation_listeners(conversation uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(protocol || id, ' ') FROM connections WHERE conversation_id = conversation
$$;
