"""Limits on input that several features share; table constraints enforce the same."""

# Whole units of the tutor's currency per hour.
MAX_PRICE = 1_000_000
# Minutes of a session.
SHORTEST_SESSION, LONGEST_SESSION = 15, 480
