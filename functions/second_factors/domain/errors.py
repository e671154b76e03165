"""What is wrong with a second factor."""

from shared.domain.auth import CHALLENGE
from shared.kit.errors import AppError


class WrongCode(AppError):
    """The code is neither the authenticator app's of now nor one of the recovery codes, or it was used before."""

    status = 403
    code = "wrong_code"
    detail = "Kod jest niepoprawny albo został już użyty."


class WrongSignInCode(WrongCode):
    """As WrongCode, to somebody who is not signed in yet."""

    status = 401
    headers = CHALLENGE
    code = WrongCode.code


class TicketExpired(AppError):
    """The ticket is unknown, used or too old, or too many codes were tried with it: begin anew."""

    status = 401
    headers = CHALLENGE
    code = "ticket_expired"
    detail = "To logowanie wygasło. Zacznij je od nowa."


class EnrolmentExpired(AppError):
    """The link is unknown, used or too old, or the account has got a second factor meanwhile."""

    status = 404
    code = "enrolment_expired"
    detail = "Ten link wygasł lub został już użyty."


class CodeNeeded(AppError):
    """The account has a second factor: `code` is needed to change anything about it."""

    status = 403
    code = "code_needed"
    detail = "Podaj też kod z aplikacji albo kod zapasowy."


class NoSecondFactor(AppError):
    """The account has no second factor."""

    status = 409
    code = "no_second_factor"
    detail = "To konto nie ma drugiego składnika logowania."


class NothingToConfirm(AppError):
    """No authenticator app is being added, or it was begun more than a quarter of an hour ago."""

    status = 409
    code = "nothing_to_confirm"
    detail = "Zacznij dodawanie aplikacji od nowa."
