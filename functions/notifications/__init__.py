"""What people are notified of: changes of their bookings, as notifications, mails and calendar entries."""
