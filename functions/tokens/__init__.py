"""Sign-in, access and refresh tokens, signed-in devices."""
