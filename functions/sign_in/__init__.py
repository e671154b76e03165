"""Signing in with an OpenID provider, such as Google."""
