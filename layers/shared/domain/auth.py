"""Who is calling: tokens, their sign-in session and the account behind them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from psycopg.rows import class_row

from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection
from shared.kit.errors import AppError, CodedError
from shared.kit.http.routing import guard
from shared.kit.observability.log import note
from shared.kit.security import tokens

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}
INVALID = "Token jest niepoprawny lub wygasł"
WRONG_KIND = "Token posiada zły typ"


class NotAuthenticated(AppError):
    """No credentials, or of another scheme than Bearer."""

    status = 401
    headers = CHALLENGE
    body: Any = {"detail": "Nie podano danych uwierzytelniających."}


class BadAuthorizationHeader(AppError):
    """The Authorization header has not exactly two words."""

    status = 401
    headers = CHALLENGE
    body: Any = {
        "detail": "Nagłówek autoryzacji musi zawierać dwie wartości rodzielone spacjami",
        "code": "bad_authorization_header",
    }


class BadAccessToken(AppError):
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


class UnidentifiedToken(AppError):
    """The token is signed by us but names no account."""

    status = 401
    headers = CHALLENGE
    body: Any = {
        "detail": "Token nie zawierał rozpoznawalnej identyfikacji użytkownika",
        "code": "token_not_valid",
    }


class AccountGone(AppError):
    """The account was deleted."""

    status = 401
    headers = CHALLENGE
    body: Any = {"detail": "Użytkownik nie znaleziony", "code": "user_not_found"}


class NotATutor(AppError):
    """The endpoint is for tutors."""

    status = 403
    body: Any = {"detail": "Nie masz uprawnień, by wykonać tę czynność."}


class NotStaff(AppError):
    """The endpoint is for staff."""

    status = 403
    body: Any = NotATutor.body


class PasswordCheckNeeded(CodedError):
    """The password must be given again: by signing in or by check_password, a quarter of an hour ago at most."""

    status = 403
    code = "password_check_needed"
    detail = "Potwierdź najpierw swoje hasło."


@dataclass(frozen=True)
class Caller:
    """The account that calls and the sign-in session it calls from."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    picture: str | None
    is_tutor: bool
    is_staff: bool
    created_at: datetime
    tutor_id: int | None
    session_id: UUID | None
    password_checked_at: datetime | None

    @property
    def as_tutor(self) -> int:
        """The id of the caller's tutor record. Raises NotATutor."""
        if self.tutor_id is None:
            raise NotATutor
        return self.tutor_id

    def require_fresh_password(self) -> None:
        """Raises PasswordCheckNeeded unless the password was given in this session a short while ago."""
        window = timedelta(minutes=platform_settings().password_check_minutes)
        if self.password_checked_at is None or datetime.now(UTC) - self.password_checked_at > window:
            raise PasswordCheckNeeded


FIND_CALLER = """
SELECT u.id, u.email, u.first_name, u.last_name, u.picture, u.is_tutor, u.is_staff, u.created_at,
       t.id AS tutor_id, s.id AS session_id, s.password_checked_at
FROM users u
LEFT JOIN tutors t ON t.user_id = u.id
LEFT JOIN sign_in_sessions s ON s.id = %(session_id)s AND s.user_id = u.id AND s.expires_at > now()
WHERE u.id = %(user_id)s
"""


def identify(token: str) -> Caller:
    """The caller an access token stands for.

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
    with connection() as db, db.cursor(row_factory=class_row(Caller)) as cursor:
        keys = {"user_id": claims.user_id, "session_id": claims.session_id}
        caller = cursor.execute(FIND_CALLER, keys).fetchone()
    if caller is None:
        raise AccountGone
    if caller.session_id is None:
        raise BadAccessToken
    note(user_id=str(caller.id))
    return caller


def bearer_token(header: str) -> str:
    """The token in an Authorization header. Raises NotAuthenticated or BadAuthorizationHeader."""
    # Not str.split: to it bytes of other characters are blanks too.
    words: list[str] = re.findall(r"[^ \t]+", header)
    if not words or words[0] != "Bearer":
        raise NotAuthenticated
    if len(words) != 2:
        raise BadAuthorizationHeader
    return words[1]


UNKNOWN_CALLER = (NotAuthenticated, BadAuthorizationHeader, BadAccessToken, UnidentifiedToken, AccountGone)


@guard(*UNKNOWN_CALLER)
def any_user(request: Request) -> Caller:
    """Guard: anybody who is signed in."""
    return identify(bearer_token(request.headers.get("authorization", "")))


@guard(*UNKNOWN_CALLER, NotATutor)
def tutors_only(request: Request) -> Caller:
    """Guard: signed-in tutors."""
    caller = any_user(request)
    if caller.tutor_id is None:
        raise NotATutor
    return caller


@guard(*UNKNOWN_CALLER, NotStaff)
def staff_only(request: Request) -> Caller:
    """Guard: signed-in staff."""
    caller = any_user(request)
    if not caller.is_staff:
        raise NotStaff
    return caller


@guard(BadAccessToken, AccountGone)
def anybody(request: Request) -> Caller | None:
    """Guard of a public endpoint that still refuses a bad token."""
    return any_user(request) if request.headers.get("authorization", "").startswith("Bearer") else None


User = Annotated[Caller, Depends(any_user)]
TutorCaller = Annotated[Caller, Depends(tutors_only)]
StaffCaller = Annotated[Caller, Depends(staff_only)]
Anybody = Annotated[Caller | None, Depends(anybody)]
