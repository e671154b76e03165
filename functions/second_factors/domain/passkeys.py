"""Passkeys (Web Authentication, www.w3.org/TR/webauthn-3): the options sent to browsers, and checking their answers.

Each is discoverable and requires a PIN, a finger or a face: it proves two factors by itself. The package that checks
answers takes a tenth of a second to import, so it is imported where it is used.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from functions.second_factors.domain.relying_party import RelyingParty, platform_name

MOST = 10
MAX_NAME = 100
CHALLENGE_BYTES = 32
# Maximum length of a credential id (section 4).
MAX_ID_BYTES = 1023
# The timeout sent to the browser; a challenge lives a little longer.
TIMEOUT_MS = 5 * 60 * 1000
# COSE algorithms: Ed25519, ES256, RS256. The specification advises all three (5.4, pubKeyCredParams).
ALGORITHMS = (-8, -7, -257)
TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal", "cable"})
Credential = Mapping[str, Any]
Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class KnownPasskey:
    """What a browser needs to find a passkey; `transports` are ways to reach its authenticator."""

    credential_id: bytes
    transports: list[str]


@dataclass(frozen=True, slots=True)
class GivenPasskey:
    """A browser's answer, and who must own its passkey."""

    credential: Credential
    party: RelyingParty


# A given second factor: a code ("" if missing) or a passkey.
Given = str | GivenPasskey


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that a browser has created."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]


def creation_options(
    party: RelyingParty, user_id: UUID, email: str, challenge: bytes, known: Iterable[KnownPasskey]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON: what navigator.credentials.create() takes."""
    return {
        "rp": {"id": party.domain, "name": platform_name()},
        "user": {"id": to_base64url(user_id.bytes), "name": email, "displayName": email},
        "challenge": to_base64url(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "timeout": TIMEOUT_MS,
        "excludeCredentials": _descriptors(known),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request_options(party: RelyingParty, challenge: bytes, known: Iterable[KnownPasskey] = ()) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON for navigator.credentials.get(). Without `known`, any passkey will do."""
    return {
        "challenge": to_base64url(challenge),
        "timeout": TIMEOUT_MS,
        "rpId": party.domain,
        "allowCredentials": _descriptors(known),
        "userVerification": "required",
    }


def challenge_of(credential: Credential) -> bytes | None:
    """The challenge in a browser's answer; None if there is none, or the answer was made in a frame of another site."""
    try:
        client_data = json.loads(from_base64url(credential["response"]["clientDataJSON"]))
        if client_data.get("crossOrigin") or client_data.get("topOrigin"):
            return None
        return from_base64url(client_data["challenge"])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):  # any other form
        return None


def credential_id_of(credential: Credential) -> bytes | None:
    """The id of the passkey that was used, None if the answer has no valid one."""
    try:
        return from_base64url(credential["id"])
    except (KeyError, TypeError, ValueError):
        return None


def is_of(credential: Credential, user_id: UUID, *, named: bool) -> bool:
    """Whether an answer names this account, or none; with `named` it must name one."""
    response = credential.get("response")
    handle = response.get("userHandle") if isinstance(response, Mapping) else None
    if not handle:
        return not named
    try:
        return from_base64url(handle) == user_id.bytes
    except (TypeError, ValueError):
        return False


def check_new(given: GivenPasskey, challenge: bytes) -> NewPasskey | None:
    """The passkey a browser created for a challenge, None if it cannot be verified."""

    def check() -> NewPasskey:
        from webauthn import verify_registration_response
        from webauthn.helpers.cose import COSEAlgorithmIdentifier

        made = verify_registration_response(
            credential=dict(given.credential),
            expected_challenge=challenge,
            expected_rp_id=given.party.domain,
            expected_origin=given.party.origins,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(each) for each in ALGORITHMS],
        )
        if len(made.credential_id) > MAX_ID_BYTES:
            raise ValueError(len(made.credential_id))
        told = given.credential["response"].get("transports") or ()
        transports = sorted(TRANSPORTS & {each for each in told if isinstance(each, str)})
        return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count, transports)

    return _none_if_wrong(check)


def check_used(given: GivenPasskey, challenge: bytes, public_key: bytes, sign_count: int) -> int | None:
    """The new signature count of a passkey that signed a challenge, None if it did not.

    A count that has not grown is refused: a copy of the passkey may have been used (section 6.1.1).
    """

    def check() -> int:
        from webauthn import verify_authentication_response

        return verify_authentication_response(
            credential=dict(given.credential),
            expected_challenge=challenge,
            expected_rp_id=given.party.domain,
            expected_origin=given.party.origins,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        ).new_sign_count

    return _none_if_wrong(check)


def _none_if_wrong(check: Callable[[], Checked]) -> Checked | None:
    try:
        return check()
    except ImportError:
        raise
    except Exception:  # noqa: BLE001 - parsers of bytes that anybody sends raise whatever those make them stumble over
        return None


def to_base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def from_base64url(text: Any) -> bytes:
    """Decode base64url. Raises TypeError or ValueError if it is not base64url."""
    if not isinstance(text, str):
        raise TypeError(text)
    return base64.b64decode(text.encode("ascii") + b"==", altchars=b"-_", validate=False)


def _descriptors(known: Iterable[KnownPasskey]) -> list[dict[str, Any]]:
    return [
        {"type": "public-key", "id": to_base64url(each.credential_id), "transports": each.transports} for each in known
    ]
