"""One module per use case of bookings; a route calls one in a transaction."""
