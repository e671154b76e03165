"""Every statement of bookings."""
