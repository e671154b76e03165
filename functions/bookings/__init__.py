"""Booking of sessions, from the request to its end."""
