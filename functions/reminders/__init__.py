"""Reminders of sessions, planned with each change of a booking and sent when due."""
