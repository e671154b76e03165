"""Removing the second factors of an account."""

from shared.kit.db.query import Command

# Recovery codes are removed with them.
DELETE_FACTORS = Command("DELETE FROM second_factors WHERE user_id = %s")
TURN_OFF = Command("UPDATE users SET second_factor_at = NULL WHERE id = %s AND second_factor_at IS NOT NULL")
