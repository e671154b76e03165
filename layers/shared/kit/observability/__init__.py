"""Logs and metrics, and keeping private data out of them."""
