"""Smoke test: whether a running platform works, seen from outside."""
