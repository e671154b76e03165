"""Searching tutors, and tutors' own settings."""
