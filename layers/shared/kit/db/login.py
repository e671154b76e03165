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
    """The logins to try, in order: the last that worked here, the current one, a rotation's next and previous one.

    Secrets Manager is not called until the login known here was refused. Raises shared.kit.errors.Unavailable.
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
    """Forget the login, so that Secrets Manager is called again, as in a new process."""
    _Known.login = None


def _read(text: str) -> Login:
    fields = json.loads(text)
    return {"user": fields["username"], "password": fields["password"]}
