"""The key by which push services identify this platform (VAPID, RFC 8292), derived from VAPID_SECRET."""

import hashlib
import time
from base64 import urlsafe_b64encode
from email.utils import parseaddr
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.kit.errors import Unavailable
from shared.kit.settings import settings

# The order of the curve P-256: private keys are positive and below it.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MIN_SECRET_BYTES = 32
# Push services accept no token valid for more than a day.
TOKEN_SECONDS = 12 * 3600


def private_key() -> ec.EllipticCurvePrivateKey:
    """The private key. Raises shared.kit.errors.Unavailable if there is no secret, or it is too short."""
    secret = settings().vapid_secret
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise Unavailable
    return _derived(secret)


@lru_cache(maxsize=1)
def _derived(secret: str) -> ec.EllipticCurvePrivateKey:
    digest = hashlib.sha512(b"web push " + secret.encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest) % (ORDER - 1) + 1, ec.SECP256R1())


def public_key() -> str:
    """The public key as browsers take it (`applicationServerKey`): the point, in base64url.

    Raises shared.kit.errors.Unavailable.
    """
    point = private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def authorization(endpoint: str) -> str:
    """The header for a message to this endpoint. Raises shared.kit.errors.Unavailable."""
    import jwt

    address = urlsplit(endpoint)
    sender = parseaddr(settings().mail_from)[1]
    claims = {
        "aud": f"{address.scheme}://{address.netloc}",
        "exp": int(time.time()) + TOKEN_SECONDS,
        "sub": f"mailto:{sender}",
    }
    return f"vapid t={jwt.encode(claims, private_key(), 'ES256')}, k={public_key()}"
