"""Telling people about changes of their bookings, by notifications, mails and calendar entries."""
