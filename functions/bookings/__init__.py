"""Bookings of sessions, from the request to the end."""
