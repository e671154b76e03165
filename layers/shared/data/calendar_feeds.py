"""Deleting calendar feeds, for several features."""

from shared.kit.db.query import Command

DELETE_FEED = Command("DELETE FROM calendar_feeds WHERE user_id = %s")
