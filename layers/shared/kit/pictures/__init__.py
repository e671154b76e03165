"""Decoding pictures that strangers made."""
