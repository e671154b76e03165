"""Second factors: one-time passwords of authenticator apps, recovery codes, and signing in with them."""
