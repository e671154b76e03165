"""Searching tutors, and what tutors set themselves."""
