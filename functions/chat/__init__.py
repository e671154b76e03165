"""Private conversations: history over HTTP, messages over WebSocket."""
