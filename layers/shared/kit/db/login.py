"""The database user and password, if they are in a secret: DATABASE_SECRET_ARN.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
"""

import json
from collections.abc import Iterator

from shared.kit.settings import settings

Login = dict[str, str]


class _Known:
    """The login that worked last in this process."""

    login: Login | None = None


def logins() -> Iterator[Login]:
    """What to try, one after the other: the login known here, the one in use, those a change brings in and ends.

    Nothing is asked of Secrets Manager before the one known here was refused. Raises
    shared.kit.errors.Unavailable.
    """
    arn = settings().database_secret_arn
    if not arn:
        yield {}
        return
    tried = _Known.login
    if tried is not None:
        yield tried
    from shared.kit.aws.secrets_manager import CURRENT, PENDING, PREVIOUS, find_secret

    for stage in (CURRENT, PENDING, PREVIOUS):
        secret = find_secret(arn, stage)
        login = secret and _read(secret.text)
        if login and login != tried:
            yield login
            tried = login


def remember(login: Login) -> None:
    _Known.login = login


def forget() -> None:
    """Ask Secrets Manager again, as a process does that was just started."""
    _Known.login = None


def _read(text: str) -> Login:
    fields = json.loads(text)
    return {"user": fields["username"], "password": fields["password"]}
