"""A software authenticator: it creates passkeys and signs with them, in the form that browsers pass on."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

USER_PRESENT, USER_VERIFIED, HAS_PASSKEY = 0x01, 0x04, 0x40
# The origin that LambdaClient calls.
ORIGIN = "https://api.example.com"


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Authenticator:
    """One passkey and its page; tests forge answers through `flags` and `client`."""

    origin: str = ORIGIN
    counts: bool = True
    flags: int = USER_PRESENT | USER_VERIFIED
    client: dict[str, Any] = field(default_factory=dict)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0
    user_handle: str | None = None

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.create() resolves to."""
        self.user_handle = options["user"]["id"]
        length = len(self.credential_id).to_bytes(2)
        made = bytes(16) + length + self.credential_id + cbor2.dumps(self._public_key())
        data = self._data(options["rp"]["id"], HAS_PASSKEY) + made
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(
            clientDataJSON=base64url(self._client_data("webauthn.create", options["challenge"])),
            attestationObject=base64url(attestation),
            transports=["internal", "made-up"],
        )

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """What navigator.credentials.get() resolves to."""
        self.count += self.counts
        data, client = self._data(options["rpId"]), self._client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=base64url(client),
            authenticatorData=base64url(data),
            signature=base64url(signature),
            userHandle=self.user_handle,
        )

    def _answer(self, **response: Any) -> dict[str, Any]:
        own = base64url(self.credential_id)
        return {
            "id": own,
            "rawId": own,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }

    def _data(self, domain: str, flags: int = 0) -> bytes:
        return hashlib.sha256(domain.encode()).digest() + bytes([self.flags | flags]) + self.count.to_bytes(4)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**told, **self.client}).encode()

    def _public_key(self) -> dict[int, Any]:
        """The public key in COSE: an EC2 key for ES256 on P-256."""
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
