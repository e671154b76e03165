"""PyJWT as the functions import it: without its client of key sets, which brings one of HTTP."""

from shared.kit.stand_ins import stand_ins

with stand_ins("jwt", "jwks_client"):
    import jwt

__all__ = ["jwt"]
