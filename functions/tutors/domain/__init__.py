"""Search queries, commands and errors: nothing here queries the database."""
