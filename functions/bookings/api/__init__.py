"""What clients of bookings see: routes, response bodies and the texts of the API description."""
