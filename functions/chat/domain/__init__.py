"""Messages, members and the frames that clients read; nothing here asks a database."""
