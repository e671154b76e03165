"""Dispatching changes of bookings; reading notifications; calendar feeds."""
