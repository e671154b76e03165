"""An emulator of the API Gateway WebSocket API, and how worker processes of one server reach each other's sockets."""
