"""Protocol numbers of versions' sockets, besides the API's own."""

# Facts without an event around them: of one conversation or, without one, of notifications.
UNFRAMED = 0
# Each conversation in which something was said.
LISTING = 4
