"""Registration, confirmation, password reset and deletion, and the errors they raise."""

import hashlib
from typing import Any

from functions.accounts import repository
from functions.accounts.repository import NewUser
from functions.accounts.schemas import NewPassword, Registration
from shared.data.accounts import SET_PASSWORD, end_mailed_links, lock_account
from shared.data.calendar_feeds import DELETE_FEED
from shared.domain.auth import Caller
from shared.domain.outbox import queue_mail
from shared.domain.password_rules import check_password_rules
from shared.domain.sign_in_sessions import end_sessions
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import violated_constraint
from shared.kit.errors import FieldErrors, NotFound, RecordedError
from shared.kit.psycopg import IntegrityError
from shared.kit.security.password_hashes import hash_password
from shared.texts import Language


class EmailTaken(FieldErrors):
    """An account with that address exists; upper and lower case do not matter."""

    body: Any = {"email": ["Istnieje już user z tą wartością pola email."]}

    def __init__(self) -> None:
        super().__init__(EmailTaken.body)


class TokenRequired(RecordedError):
    """The confirmation token is missing."""

    body: Any = {"Error": "Token is required."}


class BadToken(RecordedError):
    """The confirmation token is unknown, used or expired."""

    body: Any = {"Error": "Niepoprawny token."}


class ResetTokenUsed(NotFound):
    """The reset token is unknown, used or expired; the frontend shows the second key."""

    body: Any = {
        "detail": "Nie znaleziono.",
        "password": ["Ten link wygasł lub został już użyty. Poproś o nowy link do zmiany hasła."],
    }


def register(db: PooledConnection, registration: Registration, language: Language) -> int:
    """Add an unconfirmed account and queue its confirmation mail, whose id is returned.

    `language`: that of the account's mails and notifications.

    Raises WeakPassword or EmailTaken.
    """
    check_password_rules(
        registration.password,
        email=registration.email,
        first_name=registration.first_name,
        last_name=registration.last_name,
    )
    user = NewUser(
        email=registration.email,
        password_hash=hash_password(registration.password),
        first_name=registration.first_name,
        last_name=registration.last_name,
        is_tutor=registration.is_tutor,
        language=language,
    )
    try:
        repository.add_user(db, user)
    except IntegrityError as error:
        if violated_constraint(error) == "users_email_key":
            raise EmailTaken from None
        raise
    return queue_mail(db, "confirm_email", user.email)


def confirm_email(db: PooledConnection, token: Any) -> None:
    """Use a confirmation token; again if it confirmed the account already. Raises TokenRequired or BadToken."""
    if token is None or token == "":
        raise TokenRequired
    user = repository.keep_token(db, hash_token(token), "confirm") if isinstance(token, str) else None
    if user is None:
        raise BadToken
    repository.confirm(db, user.id)


def check_reset_token(db: PooledConnection, token: str) -> None:
    """Check that a reset token could be used now. Raises NotFound."""
    if repository.find_token_owner(db, hash_token(token), "reset") is None:
        raise NotFound


def reset_password(db: PooledConnection, reset: NewPassword) -> tuple[list[str], list[int]]:
    """Set a new password and end all access that an intruder may have: sessions, calendar feed, mailed links.

    The mailed token proves the address, so the account is confirmed. A tutor confirmed this way has never signed in and
    has an empty profile: searches list them once they have set something. Returns the sockets to close and the mails to
    send, none for the first password that the owner of the address sets.

    Raises ResetTokenUsed or WeakPassword.
    """
    user = repository.use_token(db, hash_token(reset.token), "reset")
    if user is None:
        raise ResetTokenUsed
    # An error rolls back: the token can be tried again with a better password.
    check_password_rules(reset.password, email=user.email, first_name=user.first_name, last_name=user.last_name)
    SET_PASSWORD.run(db, {"user_id": user.id, "password_hash": hash_password(reset.password)})
    mails = []
    if repository.confirm(db, user.id):
        repository.unlist_tutor(db, user.id)
    else:
        mails.append(queue_mail(db, "password_changed", user.email))
    end_mailed_links(db, user.id, "confirm", "reset")
    DELETE_FEED.run(db, (user.id,))
    _ended, sockets = end_sessions(db, user.id)
    return sockets, mails


def delete_account(db: PooledConnection, caller: Caller) -> tuple[list[str], str | None]:
    """Delete everything of the caller except messages that others received.

    Returns the sockets to close and the picture to delete after the commit. Raises PasswordCheckNeeded.
    """
    caller.require_fresh_password()
    conversations = repository.lock_conversations(db, caller.id)
    lock_account(db, caller.id)
    _ended, sockets = end_sessions(db, caller.id)
    picture = repository.delete_user(db, caller.id)
    repository.delete_deserted_conversations(db, conversations)
    return sockets, picture


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
