"""Tutor search, tutors' details and their own settings."""
