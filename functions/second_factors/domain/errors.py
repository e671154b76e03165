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


class WrongPasskey(AppError):
    """The passkey is none of the account's, its signature is not right, or it was asked for too long ago."""

    status = 403
    code = "wrong_passkey"
    detail = "Ten klucz dostępu nie pasuje albo trwało to za długo. Spróbuj ponownie."


class WrongSignInPasskey(WrongPasskey):
    """As WrongPasskey, to somebody who is not signed in yet."""

    status = 401
    headers = CHALLENGE
    code = WrongPasskey.code


class NoPasskey(AppError):
    """The account has no passkey."""

    status = 409
    code = "no_passkey"
    detail = "To konto nie ma klucza dostępu."


class PasskeyAlreadyAdded(AppError):
    """The passkey is one of an account already."""

    status = 409
    code = "passkey_already_added"
    detail = "Ten klucz dostępu został już dodany."


class TooManyPasskeys(AppError):
    """The account has as many passkeys as it may have: ten."""

    status = 409
    code = "too_many_passkeys"
    detail = "Możesz mieć najwyżej 10 kluczy dostępu. Usuń najpierw któryś z nich."


class LastFactor(AppError):
    """The passkey is the account's only second factor: turn the second factor off instead."""

    status = 409
    code = "last_factor"
    detail = "To jedyny drugi składnik logowania na tym koncie. Możesz go wyłączyć."


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
    """The account has a second factor: `code` or `passkey` is needed to change anything about it."""

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
