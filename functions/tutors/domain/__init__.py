"""What is searched for, commands, errors: nothing here asks the database."""
