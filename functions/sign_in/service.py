"""Starting a sign-in with the provider, and handling its answer.

An identity is a provider and its subject. A matching address alone gives no access to an account: its owner must first
prove ownership with the password (`link`); only then can the identity sign in.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from functions.sign_in import repository
from functions.sign_in.fetching import Refused, Unreachable, fetch
from functions.sign_in.id_tokens import BadIdToken, ProviderIdentity, read_id_token
from functions.sign_in.provider import Provider, get_provider
from functions.sign_in.repository import LinkedAccount, NewAccount, SignInRequest
from shared.domain import limits
from shared.domain.email_complaints import new_email_complaints
from shared.domain.names import presentable
from shared.domain.signing_in import (
    AccountChanged,
    AccountSuspended,
    Proof,
    TokenPair,
    recognize,
    start_session,
)
from shared.kit.db.transactions import transaction
from shared.kit.errors import AppError, FieldErrors, Unavailable
from shared.kit.http.viewer import Viewer
from shared.kit.observability.log import logger
from shared.kit.observability.metrics import count
from shared.kit.psycopg import IntegrityError
from shared.kit.security.password_hashes import hash_password
from shared.kit.security.rate_limits import spend
from shared.kit.settings import settings
from shared.kit.text import one_form
from shared.texts import Language

SCOPE = "openid email profile"
REQUEST_LIFE, LINK_LIFE = timedelta(minutes=10), timedelta(minutes=30)
MAX_CODE = 4096


class UnknownRedirect(FieldErrors):
    """The operator has not allowed this address as a redirect target."""

    body: Any = {"redirect_uri": ["Pod ten adres nie można wrócić po zalogowaniu."]}

    def __init__(self) -> None:
        super().__init__(UnknownRedirect.body)


class SignInExpired(AppError):
    """The sign-in is unknown, finished, expired or another client's: start a new one."""

    code = "sign_in_expired"
    detail = "To logowanie wygasło albo zaczęło się gdzie indziej. Zacznij je od nowa."


class SignInRefused(AppError):
    """The provider did not confirm who you are."""

    code = "sign_in_refused"
    detail = "Nie udało się potwierdzić, kim jesteś. Zacznij logowanie od nowa."


class AddressNotVerified(AppError):
    """The provider has not verified your address, and you have no account that you sign in to this way."""

    status = 403
    code = "address_not_verified"
    detail = "Ten dostawca nie potwierdził Twojego adresu e-mail."


class AccountExists(AppError):
    """Your address has an account: sign in to it with its password and `link`, which works for 30 minutes."""

    status = 409
    code = "account_exists"
    detail = "Masz już konto z tym adresem. Zaloguj się hasłem, a następnym razem wystarczy ten dostawca."
    body: Any = {"detail": detail, "code": code, "link": "Nq3V…"}
    facts = {"link": {"type": "string"}}

    def __init__(self, link: str) -> None:
        super().__init__(link)
        self.body = {"detail": self.detail, "code": self.code, "link": link}


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what the client keeps until it comes back."""

    authorization_url: str
    state: str
    binding: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    tokens: TokenPair
    email: str


def begin(redirect_uri: str, address: str) -> Begun:
    """Start a sign-in. Raises NotFound, UnknownRedirect, Throttled or Unavailable."""
    provider = get_provider()
    if redirect_uri not in settings().oidc_redirect_uris:
        raise UnknownRedirect
    spend(limits.PROVIDER_SIGN_INS, limits.subscriber(address))
    state, binding, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    request = SignInRequest(nonce, verifier, redirect_uri)
    repository.add_request(request, _hash(state), _hash(binding), REQUEST_LIFE)
    asked = {
        "response_type": "code",
        "client_id": settings().oidc_client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(_hash(verifier)).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    mark = "&" if "?" in provider.authorization_endpoint else "?"
    return Begun(f"{provider.authorization_endpoint}{mark}{urlencode(asked, quote_via=quote)}", state, binding)


def complete(state: str, code: str, binding: str, viewer: Viewer, *, language: Language, device_token: Any) -> SignedIn:
    """Sign in with the provider's answer.

    Raises NotFound, SignInExpired, SignInRefused, AddressNotVerified, AccountExists, AccountSuspended,
    SecondFactorRequired, Throttled or Unavailable.
    """
    provider = get_provider()
    spend(limits.PROVIDER_SIGN_INS, limits.subscriber(viewer.address))
    request = repository.take_request(_hash(state), _hash(binding))
    if request is None:
        raise SignInExpired
    identity = _redeem(provider, request, code)
    account = repository.find_account(identity) or _register(identity, viewer.address, language)
    if account.suspended:
        raise AccountSuspended
    device = recognize(account, viewer, device_token)
    try:
        pair = start_session(account, device, Proof(identity=account.identity_id))
    except AccountChanged:
        raise SignInRefused from None
    return SignedIn(pair, account.email)


def _redeem(provider: Provider, request: SignInRequest, code: str) -> ProviderIdentity:
    """The identity behind the provider's code. Raises SignInRefused or Unavailable."""
    if not 0 < len(code) <= MAX_CODE:
        raise SignInRefused
    try:
        body, headers = _token_request(provider, request, code)
        answer = fetch(provider.token_endpoint, provider.issuer, form=body, headers=headers)
        return read_id_token(provider, answer.get("id_token"), request.nonce)
    except Unreachable as error:
        logger().warning("OpenID provider not reached", extra={"error": str(error)})
        raise Unavailable from None
    except Refused as error:
        # Only the operator can fix a wrong client secret.
        logger().warning("OpenID provider refused a code", extra={"error": str(error)})
        count("FailedLogins")
        raise SignInRefused from None
    except BadIdToken:
        count("FailedLogins")
        raise SignInRefused from None


def _token_request(provider: Provider, request: SignInRequest, code: str) -> tuple[str, dict[str, str]]:
    """The form that requests an ID token, and the headers that authenticate us."""
    ours = settings()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": request.redirect_uri,
        "code_verifier": request.code_verifier,
        "client_id": ours.oidc_client_id,
    }
    headers = {}
    if ours.oidc_client_secret and provider.takes_basic:
        # Each part is form-encoded first (RFC 6749, section 2.3.1).
        pair = f"{quote(ours.oidc_client_id, '')}:{quote(ours.oidc_client_secret, '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif ours.oidc_client_secret:
        form["client_secret"] = ours.oidc_client_secret
    return urlencode(form, errors="replace"), headers


def _register(identity: ProviderIdentity, address: str, language: Language) -> LinkedAccount:
    """Create a confirmed account for an identity without one. Raises AddressNotVerified, AccountExists or Throttled."""
    if not identity.email or len(identity.email) > 255 or new_email_complaints(identity.email):
        raise AddressNotVerified
    link = secrets.token_urlsafe(32)
    if repository.offer_link(identity, _hash(link), LINK_LIFE):
        raise AccountExists(link)
    spend(limits.REGISTRATIONS, limits.subscriber(address))
    # A random password that nobody knows: the owner can set one by a mailed link.
    unknown = hash_password(secrets.token_urlsafe(32))
    first_name, last_name = (one_form(presentable(each)) for each in (identity.first_name, identity.last_name))
    new = NewAccount(identity.email, unknown, first_name, last_name, language)
    try:
        with transaction() as db:
            repository.add_account(db, new, identity)
        count("Registrations")
    except IntegrityError:
        # A concurrent request was faster, with this identity or the address.
        if repository.offer_link(identity, _hash(link), LINK_LIFE):
            raise AccountExists(link) from None
    account = repository.find_account(identity)
    if account is None:
        raise SignInRefused
    return account


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
