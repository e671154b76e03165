"""Statements of the notifications feature."""
