"""Whether a running platform works, seen from outside."""
