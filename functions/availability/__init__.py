"""When a tutor can be booked."""
