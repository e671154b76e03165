"""The API of the chat: HTTP routes, and one function per route key of the WebSocket API."""
