"""One module for each use case of bookings; a route calls one in a transaction."""
