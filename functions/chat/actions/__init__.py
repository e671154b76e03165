"""What people do in the chat, one module for each use case."""
