"""Rotates the key that signs tokens."""
