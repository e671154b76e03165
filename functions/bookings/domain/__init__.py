"""The rules of bookings that need no database, and what may be asked of them."""
