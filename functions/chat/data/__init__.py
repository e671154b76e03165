"""The data of the chat: conversations, messages and open sockets in PostgreSQL, the history window in Redis."""
