"""SQL statements that several features share, each with the type of its rows."""
