"""Notifications and calendar feeds as clients see them."""
