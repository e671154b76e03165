"""Passwords, signed tokens, keys and rate limits."""
