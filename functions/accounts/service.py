"""The verbs of the accounts feature and their refusals."""

import hashlib
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from functions.accounts import repository
from functions.accounts.schemas import NewPassword, Registration
from shared.kit.errors import AppError, FieldErrors, NotFound
from shared.kit.passwords import hash_password
from shared.kit.transactions import violated_constraint
from shared.models import User
from shared.rules.callers import Caller
from shared.rules.outbox import queue_mail
from shared.rules.passwords import check_password_rules
from shared.rules.sign_out import end_sessions


class EmailTaken(FieldErrors):
    """An account with that address exists, in whatever case it was written."""

    body: Any = {"email": ["Istnieje już user z tą wartością pola email."]}

    def __init__(self) -> None:
        super().__init__(EmailTaken.body)


class TokenRequired(AppError):
    """The confirmation token is missing."""

    body: Any = {"Error": "Token is required."}


class BadToken(AppError):
    """The confirmation token is unknown, used or expired."""

    body: Any = {"Error": "Niepoprawny token."}


class ResetTokenUsed(NotFound):
    """The reset token is unknown, used or expired; the frontend shows the second key."""

    body: Any = {
        "detail": "Nie znaleziono.",
        "password": ["Ten link wygasł lub został już użyty. Poproś o nowy link do zmiany hasła."],
    }


def register(session: Session, registration: Registration) -> None:
    """Add an unconfirmed account and queue its confirmation mail. Raises WeakPassword or EmailTaken."""
    check_password_rules(
        registration.password,
        email=registration.email,
        first_name=registration.first_name,
        last_name=registration.last_name,
    )
    user = User(
        email=registration.email,
        password_hash=hash_password(registration.password),
        first_name=registration.first_name,
        last_name=registration.last_name,
        is_tutor=registration.is_tutor,
    )
    try:
        repository.add_user(session, user)
    except IntegrityError as error:
        if violated_constraint(error) == "users_email_key":
            raise EmailTaken from None
        raise
    queue_mail(session, "confirm_email", user.email)


def confirm_email(session: Session, token: Any) -> None:
    """Use a confirmation token. Raises TokenRequired or BadToken."""
    if token is None or token == "":
        raise TokenRequired
    user_id = repository.use_token(session, hash_token(token), "confirm") if isinstance(token, str) else None
    if user_id is None:
        raise BadToken
    repository.confirm(session, user_id)
    repository.delete_tokens(session, user_id, "confirm")


def check_reset_token(session: Session, token: str) -> None:
    """Raises NotFound unless the token could be used now."""
    if repository.find_token_owner(session, hash_token(token), "reset") is None:
        raise NotFound


def reset_password(session: Session, reset: NewPassword) -> list[str]:
    """Set a new password and end all sessions; returns the sockets to close.

    Raises ResetTokenUsed or WeakPassword.
    """
    token_hash = hash_token(reset.token)
    user = repository.find_token_owner(session, token_hash, "reset")
    if user is None:
        raise ResetTokenUsed
    check_password_rules(reset.password, email=user.email, first_name=user.first_name, last_name=user.last_name)
    password_hash = hash_password(reset.password)
    if repository.use_token(session, token_hash, "reset") is None:
        raise ResetTokenUsed  # somebody else was faster
    repository.set_password(session, user.id, password_hash)
    repository.delete_tokens(session, user.id, "reset")
    _ended, sockets = end_sessions(session, user.id)
    return sockets


def delete_account(session: Session, caller: Caller) -> list[str]:
    """Delete everything of the caller's but messages others received; returns the sockets to close.

    Raises PasswordCheckNeeded.
    """
    caller.require_fresh_password()
    conversations = repository.lock_conversations(session, caller.id)
    _ended, sockets = end_sessions(session, caller.id)
    repository.delete_user(session, caller.id)
    repository.delete_deserted(session, conversations)
    return sockets


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
