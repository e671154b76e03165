"""What the chat keeps: conversations, messages and open sockets in PostgreSQL, the history window in Redis."""
