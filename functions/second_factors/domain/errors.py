"""Errors of second factors."""

from shared.domain.auth import CHALLENGE
from shared.kit.errors import AppError


class WrongCode(AppError):
    """The code is neither the authenticator app's current one nor a recovery code, or it was already used."""

    status = 403
    code = "wrong_code"
    detail = "Kod jest niepoprawny albo został już użyty."


class WrongSignInCode(WrongCode):
    """Like WrongCode, for somebody who is not signed in yet."""

    status = 401
    headers = CHALLENGE
    code = WrongCode.code


class WrongPasskey(AppError):
    """The passkey is not one of the account's, its signature is wrong, or it was requested too long ago."""

    status = 403
    code = "wrong_passkey"
    detail = "Ten klucz dostępu nie pasuje albo trwało to za długo. Spróbuj ponownie."


class WrongSignInPasskey(WrongPasskey):
    """Like WrongPasskey, for somebody who is not signed in yet."""

    status = 401
    headers = CHALLENGE
    code = WrongPasskey.code


class NoPasskey(AppError):
    """The account has no passkey."""

    status = 409
    code = "no_passkey"
    detail = "To konto nie ma klucza dostępu."


class PasskeyAlreadyAdded(AppError):
    """The passkey already belongs to an account."""

    status = 409
    code = "passkey_already_added"
    detail = "Ten klucz dostępu został już dodany."


class TooManyPasskeys(AppError):
    """The account already has ten passkeys, the maximum."""

    status = 409
    code = "too_many_passkeys"
    detail = "Możesz mieć najwyżej 10 kluczy dostępu. Usuń najpierw któryś z nich."


class LastFactor(AppError):
    """The passkey is the account's only second factor: turn the second factor off instead."""

    status = 409
    code = "last_factor"
    detail = "To jedyny drugi składnik logowania na tym koncie. Możesz go wyłączyć."


class TicketExpired(AppError):
    """The ticket is unknown, used or expired, or too many codes were tried with it: sign in again."""

    status = 401
    headers = CHALLENGE
    code = "ticket_expired"
    detail = "To logowanie wygasło. Zacznij je od nowa."


class EnrolmentExpired(AppError):
    """The link is unknown, used or too old, or the account now has a second factor."""

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
    """No authenticator app is being added, or adding it was started more than 15 minutes ago."""

    status = 409
    code = "nothing_to_confirm"
    detail = "Zacznij dodawanie aplikacji od nowa."
