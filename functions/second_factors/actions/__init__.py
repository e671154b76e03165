"""Signing in with a second factor; adding, replacing and removing factors."""
