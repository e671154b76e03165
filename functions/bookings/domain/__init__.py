"""The rules of bookings that need no database, and the request bodies."""
