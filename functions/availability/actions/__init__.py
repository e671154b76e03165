"""Use cases that change or read a tutor's time, one per module."""
