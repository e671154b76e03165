"""Commands, errors and pure rules: nothing here asks the database."""
