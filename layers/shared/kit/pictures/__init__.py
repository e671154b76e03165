"""Decoding untrusted pictures."""
