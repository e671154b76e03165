"""An OpenID provider's metadata: its addresses and signing keys.

Both are cached in the process. An unknown key may be a new one: the keys are then fetched again, at most once a minute.
Source: openid.net/specs/openid-connect-discovery-1_0.html.
"""

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.sign_in.fetching import Refused, Unreachable, fetch
from shared.kit.errors import NotFound, Unavailable
from shared.kit.observability.log import logger
from shared.kit.settings import settings

if TYPE_CHECKING:
    from jwt import PyJWK

KEPT_SECONDS, REFETCH_SECONDS, REST_AFTER_FAILURE = 3600.0, 60.0, 5.0
# Whatever else the provider offers: never symmetric signatures or unsigned tokens.
ALGORITHMS = ("RS256", "ES256")
MOST_KEYS = 50
# Shorter keys are weak, and longer ones are slow.
RSA_BITS = range(2048, 8193)


@dataclass(frozen=True, slots=True)
class Provider:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    takes_basic: bool


class _Kept:
    """What was fetched of the provider, and when."""

    lock = threading.Lock()
    provider: Provider | None = None
    provider_at = 0.0
    keys: "dict[str | None, list[PyJWK]]" = {}
    keys_at: float | None = None
    resting_until = 0.0


def forget_provider() -> None:
    """Clear the cache: the next call fetches everything again."""
    _Kept.provider, _Kept.keys, _Kept.keys_at, _Kept.resting_until = None, {}, None, 0.0


def get_provider() -> Provider:
    """The configured provider. Raises NotFound if there is none, Unavailable if it cannot be reached."""
    ours = settings()
    if not (ours.oidc_issuer and ours.oidc_client_id and ours.oidc_redirect_uris):
        raise NotFound
    with _Kept.lock:
        kept, now = _Kept.provider, time.monotonic()
        if kept is None or kept.issuer != ours.oidc_issuer or now - _Kept.provider_at > KEPT_SECONDS:
            kept = _discover(ours.oidc_issuer)
            _Kept.provider, _Kept.provider_at = kept, now
            _Kept.keys, _Kept.keys_at = {}, None
        return kept


def find_key(provider: Provider, key_id: str | None, algorithm: str) -> "PyJWK | None":
    """The key with this id or, without an id, the provider's only one; None if there is none. Raises Unavailable."""
    with _Kept.lock:
        now = time.monotonic()
        age = KEPT_SECONDS if _Kept.keys_at is None else now - _Kept.keys_at
        is_known = key_id is not None and key_id in _Kept.keys
        if age >= KEPT_SECONDS or (age > REFETCH_SECONDS and not is_known):
            _fetch_keys(provider, now)
        found = [each for each in _Kept.keys.get(key_id, []) if each.algorithm_name == algorithm]
        return found[0] if len(found) == 1 else None


def _discover(issuer: str) -> Provider:
    said = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", issuer)
    offered = said.get("id_token_signing_alg_values_supported")
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    page, endpoint, keys = (said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    algorithms = tuple(each for each in ALGORITHMS if isinstance(offered, list) and each in offered)
    # The cached and compared issuer must be exactly the one that the operator configured.
    if (
        said.get("issuer") != issuer
        or not algorithms
        or not all(isinstance(each, str) for each in (page, endpoint, keys))
    ):
        logger().error("not what an OpenID provider says of itself", extra={"issuer": issuer})
        raise Unavailable
    takes_basic = isinstance(methods, list) and "client_secret_basic" in methods
    return Provider(issuer, str(page), str(endpoint), str(keys), algorithms, takes_basic)


def _fetch_keys(provider: Provider, now: float) -> None:
    listed = _get(provider.jwks_uri, provider.issuer).get("keys")
    keys: dict[str | None, list[PyJWK]] = {None: []}
    if not isinstance(listed, list):
        logger().error("no keys of the OpenID provider", extra={"jwks_uri": provider.jwks_uri})
        raise Unavailable
    for each in listed[:MOST_KEYS]:
        key = _key(each, provider.algorithms)
        if key is not None:
            keys[None].append(key)
            if key.key_id is not None:
                keys.setdefault(key.key_id, []).append(key)
    _Kept.keys, _Kept.keys_at = keys, now


def _key(said: Any, algorithms: tuple[str, ...]) -> "PyJWK | None":
    """A usable public key for signatures, None for anything else."""
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    if not isinstance(said, dict) or said.get("use", "sig") != "sig" or not isinstance(said.get("kid", ""), str):
        return None
    algorithm = {"RSA": "RS256", "EC P-256": "ES256"}.get(f"{said.get('kty')} {said.get('crv', '')}".rstrip())
    if algorithm not in algorithms or said.get("alg", algorithm) != algorithm:
        return None
    try:
        key = PyJWK(said, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
    return None if algorithm == "RS256" and key.key.key_size not in RSA_BITS else key


def _get(address: str, issuer: str) -> dict[str, Any]:
    if time.monotonic() < _Kept.resting_until:
        raise Unavailable
    try:
        return fetch(address, issuer)
    except (Unreachable, Refused) as error:
        # So that during an outage only one request waits for the timeout.
        _Kept.resting_until = time.monotonic() + REST_AFTER_FAILURE
        logger().warning("OpenID provider not reached", extra={"error": str(error)})
        raise Unavailable from None
