"""The HTTP API of bookings: routes, response bodies and the texts of the API description."""
