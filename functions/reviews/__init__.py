"""Ratings and reviews of tutors."""
