"""The chat as clients see it: HTTP routes, and one function for each route key of the WebSocket API."""
