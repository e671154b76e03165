"""Who is calling: tokens, their sign-in sessions and the accounts behind them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from starlette.requests import Request

from shared.data.accounts import FIND_CALLER, KEEP_ACCOUNT, CallerRow
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import PooledConnection, connection
from shared.kit.errors import AppError, RecordedError
from shared.kit.http.fastapi import Depends
from shared.kit.http.guards import guard
from shared.kit.http.localized_errors import ACCOUNT_LANGUAGE
from shared.kit.observability.log import note
from shared.kit.security import tokens

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}
INVALID = "Token jest niepoprawny lub wygasł"
WRONG_KIND = "Token posiada zły typ"


class NotAuthenticated(RecordedError):
    """No credentials, or not of the Bearer scheme."""

    status = 401
    headers = CHALLENGE
    body: Any = {"detail": "Nie podano danych uwierzytelniających."}


class BadAuthorizationHeader(RecordedError):
    """The Authorization header does not have exactly two words."""

    status = 401
    headers = CHALLENGE
    body: Any = {
        "detail": "Nagłówek autoryzacji musi zawierać dwie wartości rodzielone spacjami",
        "code": "bad_authorization_header",
    }


class BadAccessToken(RecordedError):
    """The access token is broken, expired, of the wrong kind, or its session was signed out."""

    status = 401
    headers = CHALLENGE
    body: Any = {
        "detail": "Podany token jest błędny dla każdego typu tokena",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": INVALID}],
    }

    def __init__(self, message: str = INVALID) -> None:
        super().__init__(message)
        self.body = {
            **type(self).body,
            "messages": [{"token_class": "AccessToken", "token_type": "access", "message": message}],
        }


class UnidentifiedToken(RecordedError):
    """The token is signed by us but does not identify an account."""

    status = 401
    headers = CHALLENGE
    body: Any = {
        "detail": "Token nie zawierał rozpoznawalnej identyfikacji użytkownika",
        "code": "token_not_valid",
    }


class AccountGone(RecordedError):
    """The account was deleted."""

    status = 401
    headers = CHALLENGE
    body: Any = {"detail": "Użytkownik nie znaleziony", "code": "user_not_found"}


class NotATutor(RecordedError):
    """The endpoint is for tutors."""

    status = 403
    body: Any = {"detail": "Nie masz uprawnień, by wykonać tę czynność."}


class NotStaff(RecordedError):
    """The endpoint is for staff."""

    status = 403
    body: Any = NotATutor.body


class PasswordCheckNeeded(AppError):
    """You must have given your password within the last 15 minutes, by signing in or to check_password."""

    status = 403
    code = "password_check_needed"
    detail = "Potwierdź najpierw swoje hasło."


class Caller(CallerRow):
    """The account that calls, and its sign-in session."""

    session_id: UUID
    password_checked_at: datetime

    @property
    def has_second_factor(self) -> bool:
        """Whether the account has a second factor."""
        return self.second_factor_at is not None

    @property
    def passed_second_factor(self) -> bool:
        """Whether the account has a second factor, and one was given in this session."""
        return self.has_second_factor and self.second_factor_checked_at is not None

    def require_fresh_password(self) -> None:
        """Raises PasswordCheckNeeded unless the password was given in this session a short while ago."""
        window = timedelta(minutes=platform_settings().password_check_minutes)
        if datetime.now(UTC) - self.password_checked_at > window:
            raise PasswordCheckNeeded


class CallingTutor(Caller):
    """A caller who is a tutor."""

    tutor_id: int


def identify(token: str) -> Caller:
    """Find the caller of an access token.

    Raises BadAccessToken, UnidentifiedToken or AccountGone.
    """
    try:
        claims = tokens.read(token, "access")
    except tokens.WrongTokenKind:
        raise BadAccessToken(WRONG_KIND) from None
    except tokens.NoIdentity:
        raise UnidentifiedToken from None
    except tokens.InvalidToken:
        raise BadAccessToken from None
    with connection() as db:
        found = FIND_CALLER.one(db, {"user_id": claims.user_id, "session_id": claims.session_id})
    if found is None:
        raise AccountGone
    if found.session_id is None:
        raise BadAccessToken
    note(user_id=str(found.id))
    return Caller(*found)


def keep_account(db: PooledConnection, user_id: UUID) -> None:
    """Keep an account from being deleted until the transaction ends. Raises AccountGone."""
    if not KEEP_ACCOUNT.run(db, (user_id,)):
        raise AccountGone


def bearer_token(header: str) -> str:
    """The token in an Authorization header. Raises NotAuthenticated or BadAuthorizationHeader."""
    # Not str.split, which also treats some non-ASCII bytes as blanks.
    words: list[str] = re.findall(r"[^ \t]+", header)
    if not words or words[0] != "Bearer":
        raise NotAuthenticated
    if len(words) != 2:
        raise BadAuthorizationHeader
    return words[1]


AUTHENTICATION_ERRORS = (NotAuthenticated, BadAuthorizationHeader, BadAccessToken, UnidentifiedToken, AccountGone)


@guard(*AUTHENTICATION_ERRORS)
def any_user(request: Request) -> Caller:
    """Guard: signed-in users."""
    caller = identify(bearer_token(request.headers.get("authorization", "")))
    request.scope[ACCOUNT_LANGUAGE] = caller.language
    return caller


@guard(*AUTHENTICATION_ERRORS, NotATutor)
def tutors_only(request: Request) -> CallingTutor:
    """Guard: signed-in tutors."""
    caller = any_user(request)
    if caller.tutor_id is None:
        raise NotATutor
    return CallingTutor(*caller)


@guard(*AUTHENTICATION_ERRORS, NotStaff)
def staff_only(request: Request) -> Caller:
    """Guard: signed-in staff."""
    caller = any_user(request)
    if not caller.is_staff:
        raise NotStaff
    return caller


@guard(BadAccessToken, AccountGone)
def optional_user(request: Request) -> Caller | None:
    """Guard of a public endpoint that still rejects a bad token."""
    return any_user(request) if request.headers.get("authorization", "").startswith("Bearer") else None


User = Annotated[Caller, Depends(any_user)]
TutorCaller = Annotated[CallingTutor, Depends(tutors_only)]
StaffCaller = Annotated[Caller, Depends(staff_only)]
OptionalUser = Annotated[Caller | None, Depends(optional_user)]
