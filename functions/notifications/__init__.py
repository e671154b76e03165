"""What people are told: notifications, mails about bookings, calendars."""
