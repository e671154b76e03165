"""HTTP shapes of the accounts feature."""

from fastapi import Request, Response

from functions.accounts import repository, service
from functions.accounts.schemas import ConfirmationToken, EmailAddress, Info, MailedToken, NewPassword, Registration
from functions.accounts.schemas import Status as StatusBody
from shared.kit.documentation import refusals
from shared.kit.errors import NotFound, Throttled
from shared.kit.http import answer, client_address, json_response, router
from shared.kit.rate_limits import spend
from shared.kit.storage import storage
from shared.kit.transactions import transaction
from shared.rules import limits
from shared.rules.callers import PasswordCheckNeeded, User
from shared.rules.outbox import queue_mail, wake_mailer
from shared.rules.passwords import WeakPassword
from shared.rules.sign_out import close_sockets

accounts = router("accounts")
OK = {"status": "OK"}


@accounts.post(
    "/api/user/create/",
    status_code=201,
    response_model=Info,
    responses=refusals(service.EmailTaken, WeakPassword, Throttled),
)
def register(request: Request, registration: Registration) -> Response:
    """Register an account. A confirmation link is mailed; until it is followed nobody can sign in."""
    spend(limits.REGISTRATIONS, client_address(request))
    with transaction() as session:
        service.register(session, registration)
    wake_mailer()
    return answer({"Info": "Your confirmation code was send to your email."}, 201)


@accounts.post(
    "/api/user/confirm_user/", response_model=Info, responses=refusals(service.TokenRequired, service.BadToken)
)
def confirm_email(confirmation: ConfirmationToken) -> Response:
    """Confirm the address with the token mailed to it. A token works once, for seven days."""
    with transaction() as session:
        service.confirm_email(session, confirmation.token)
    return answer({"Info": "Email confirmed."})


@accounts.post("/api/user/confirm_user/resend/", response_model=StatusBody, responses=refusals(Throttled))
def resend_confirmation(request: Request, to: EmailAddress) -> Response:
    """Mail a new confirmation link. The answer is the same whether or not the address waits for one."""
    limits.spend_mail_request(to.email, client_address(request))
    with transaction() as session:
        queue_mail(session, "confirm_email", to.email)
    wake_mailer()
    return answer(OK)


@accounts.post("/api/user/password_reset/", response_model=StatusBody, responses=refusals(Throttled))
def request_password_reset(request: Request, to: EmailAddress) -> Response:
    """Mail a link to set a new password. The answer is the same for addresses without an account."""
    limits.spend_mail_request(to.email, client_address(request))
    with transaction() as session:
        queue_mail(session, "reset_password", to.email)
    wake_mailer()
    return answer(OK)


@accounts.post("/api/user/password_reset/validate_token/", response_model=StatusBody, responses=refusals(NotFound))
def validate_reset_token(token: MailedToken) -> Response:
    """Tell whether a reset token could be used now."""
    with transaction() as session:
        service.check_reset_token(session, token.token)
    return answer(OK)


@accounts.post(
    "/api/user/password_reset/confirm/",
    response_model=StatusBody,
    responses=refusals(service.ResetTokenUsed, WeakPassword),
)
def reset_password(reset: NewPassword) -> Response:
    """Set a new password with a mailed token. Every signed-in device is signed out."""
    with transaction() as session:
        sockets = service.reset_password(session, reset)
    close_sockets(sockets)
    return answer(OK)


@accounts.delete("/api/user/delete/", response_model=Info, responses=refusals(PasswordCheckNeeded))
def delete_account(caller: User) -> Response:
    """Delete the own account with everything in it; the other side of a conversation keeps the messages."""
    with transaction() as session:
        sockets = service.delete_account(session, caller)
    close_sockets(sockets)
    if caller.picture:
        storage().delete(caller.picture)
    return answer({"Info": "Account deleted successfully."})


@accounts.get("/api/user/export/")
def export_data(caller: User) -> Response:
    """All data kept about the caller."""
    return json_response(repository.export(caller.id))
