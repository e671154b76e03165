"""Use cases of the chat, one per module."""
