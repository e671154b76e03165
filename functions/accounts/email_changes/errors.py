"""Errors of changing an e-mail address."""

from typing import Any

from shared.kit.errors import AppError, FieldErrors, NotFound


class SameEmail(FieldErrors):
    """The address is already yours."""

    body: Any = {"email": ["To już jest Twój adres e-mail."]}

    def __init__(self) -> None:
        super().__init__(SameEmail.body)


class NoEmailChange(NotFound):
    """No change of your address is pending."""


class EmailChangeLinkVoid(AppError):
    """The link was used or has expired, or the change was replaced or withdrawn."""

    status = 404
    code = "email_change_link_void"
    detail = "Ten link już nie działa: został użyty, wygasł albo zastąpiła go nowsza zmiana adresu."


class EmailBelongsToAccount(AppError):
    """Another account has taken the address meanwhile."""

    status = 409
    code = "email_taken"
    detail = "Ten adres e-mail należy już do innego konta."
