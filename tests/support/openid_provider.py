"""An OpenID provider for tests: it signs whatever a test wants, even what no provider should."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT, SECRET, REDIRECT = "tutoring", "a secret: 100%", "https://app.example/auth/google"
PUBLIC_EXPONENT = 65537
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(PUBLIC_EXPONENT, bits)


@dataclass
class OpenIdProvider:
    """Listens at `issuer`. Every code it issues works once, for the verifier of its request."""

    keys: dict[str, Key]
    issuer: str = ""
    algorithms: list[str] = field(default_factory=lambda: ["RS256", "ES256", "HS256", "none"])
    said: dict[str, Any] = field(default_factory=dict)
    # Published instead of its keys.
    published: list[Any] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    # For each code, the challenge it was requested with and its ID token.
    codes: dict[str, tuple[str, Any]] = field(default_factory=dict)
    # What it does instead of answering, by path.
    faults: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)

    def claims(self, nonce: str, /, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {"iss": self.issuer, "aud": CLIENT, "sub": "1234", "iat": now, "exp": now + 300, "nonce": nonce}
        who = {"email": "ola@example.com", "email_verified": True, "given_name": "Ola", "family_name": "Nowak"}
        changed = {**usual, **who, **more}
        return {name: value for name, value in changed.items() if value is not ...}

    def sign(self, claims: dict[str, Any], key_id: str = "first", algorithm: str = "RS256") -> str:
        return jwt.encode(claims, self.keys[key_id], algorithm, headers={"kid": key_id})

    def give_code(self, authorization_url: str, token: Any = None, **claims: Any) -> tuple[str, str]:
        """The state and code that a browser comes back with; `token` is the ID token for the code."""
        wanted = dict(parse_qsl(urlsplit(authorization_url).query))
        code = secrets.token_urlsafe(8)
        found = token(wanted["nonce"]) if callable(token) else token
        self.codes[code] = wanted["code_challenge"], found or self.sign(self.claims(wanted["nonce"], **claims))
        return wanted["state"], code

    def document(self, path: str) -> Any:
        if path == "/jwks":
            return {"keys": self.published or [jwk(key, name) for name, key in self.keys.items()]}
        endpoints = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
        usual = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **endpoints}
        return {**usual, "id_token_signing_alg_values_supported": self.algorithms, **self.said}

    def redeem(self, form: dict[str, list[str]], authorization: str) -> Any:
        challenge, token = self.codes.pop(form["code"][0], ("", None))
        verified = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).decode()
        secret = base64.b64encode(b"tutoring:a%20secret%3A%20100%25").decode()
        is_right = verified.rstrip("=") == challenge and form["redirect_uri"] == [REDIRECT]
        return {"id_token": token} if is_right and authorization == f"Basic {secret}" else None


def jwk(key: Key, name: str) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"}
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"}


def serve(provider: OpenIdProvider) -> ThreadingHTTPServer:
    """Start the provider on a free port; `shutdown` ends it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if fault := provider.faults.get(self.path):
                fault(self)
            else:
                self.answer(provider.document(self.path))

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            if fault := provider.faults.get(self.path):
                fault(self)
                return
            self.answer(provider.redeem(form, self.headers.get("authorization", "")))

        def answer(self, found: Any) -> None:
            self.send_response(400 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has in the base class
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server
