"""Changes of a profile and the errors they raise."""

from dataclasses import dataclass
from typing import Any

from functions.profiles import pictures, repository
from functions.profiles.schemas import MeChange, ProfileChange
from shared.data.accounts import end_mailed_links
from shared.domain.auth import Caller
from shared.domain.outbox import queue_mail
from shared.domain.password_rules import check_password_rules
from shared.domain.pictures import picture_path
from shared.domain.platform_settings import platform_settings
from shared.domain.sign_in_sessions import end_sessions
from shared.domain.timestamps import format_time
from shared.domain.tutor_completeness import find_missing
from shared.kit.aws.storage import storage
from shared.kit.db.pool import PooledConnection
from shared.kit.errors import RecordedError
from shared.kit.security.password_hashes import hash_password


class NoPicture(RecordedError):
    """The account shows the default picture, which cannot be deleted."""

    body: Any = {"Error": "Account has no profile image"}


@dataclass(frozen=True)
class Changed:
    """The profile after a change, with sockets to close and mails to send after the commit."""

    profile: dict[str, Any]
    sockets: list[str]
    mails: list[int]


def change_profile(db: PooledConnection, caller: Caller, change: ProfileChange) -> Changed:
    """Change names and password.

    A new password signs every other device out. Raises PasswordCheckNeeded or WeakPassword.
    """
    given = change.changes()
    first_name, last_name = given.get("first_name"), given.get("last_name")
    changed = caller._replace(
        first_name=caller.first_name if first_name is None else first_name,
        last_name=caller.last_name if last_name is None else last_name,
    )
    sockets, mails = _change_password(db, changed, given["password"]) if "password" in given else ([], [])
    if (first_name, last_name) != (None, None):
        repository.set_names(db, caller.id, first_name=first_name, last_name=last_name)
    return Changed(as_profile(changed), sockets, mails)


def _change_password(db: PooledConnection, account: Caller, password: str) -> tuple[list[str], list[int]]:
    account.require_fresh_password()
    check_password_rules(password, email=account.email, first_name=account.first_name, last_name=account.last_name)
    repository.set_password(db, account.id, hash_password(password))
    end_mailed_links(db, account.id, "reset")
    # After the change, which locks the account: a concurrent sign-in is either ended here or sees the new password.
    _ended, sockets = end_sessions(db, account.id, but=account.session_id)
    return sockets, [queue_mail(db, "password_changed", account.email)]


def as_profile(account: Caller) -> dict[str, Any]:
    """The profile as the frontend reads it."""
    return {
        "id": str(account.id),
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "profile_image": picture_path(account.picture),
        "is_tutor": account.is_tutor,
        "created_at": format_time(account.created_at),
    }


def changed(account: Caller, change: MeChange) -> Caller:
    """The account after a change."""
    return account._replace(**change.changes())


def as_me(db: PooledConnection, account: Caller) -> dict[str, Any]:
    """The account as only its owner sees it."""
    bounced_at = repository.find_bounce(db, account.id)
    return {
        **as_profile(account),
        "tutor_id": account.tutor_id,
        "is_staff": account.is_staff,
        "time_zone": account.time_zone or platform_settings().time_zone,
        "language": account.language,
        "currency": platform_settings().currency,
        "mail_bounced_at": format_time(bounced_at) if bounced_at else None,
        "missing": [] if account.tutor_id is None else find_missing(db, account.tutor_id),
    }


def store_picture(name: str, content: bytes) -> str:
    """Normalise and store an upload; returns its key. Raises BadPicture."""
    webp = pictures.normalise(name, content)
    key = pictures.new_key()
    storage().put(key, webp, "image/webp")
    return key
