"""Protocol numbers of versions' sockets, besides the API's own."""

# Bare facts without an event: of one conversation or, without one, of notifications.
UNFRAMED = 0
# Each conversation that has a new message.
LISTING = 4
