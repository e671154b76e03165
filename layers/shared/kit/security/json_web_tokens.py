"""PyJWT, imported without its JWKS client, which would import an HTTP client."""

from shared.kit.stand_ins import stand_ins

with stand_ins("jwt", "jwks_client"):
    import jwt

__all__ = ["jwt"]
