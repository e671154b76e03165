"""Brings the database to the version of the code."""
