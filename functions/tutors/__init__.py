"""Tutor search, tutors' details and settings."""
