"""Calendar feeds, as several features end them."""

from shared.kit.db.query import Command

DELETE_FEED = Command("DELETE FROM calendar_feeds WHERE user_id = %s")
