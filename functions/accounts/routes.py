"""HTTP shapes of the accounts feature."""

from fastapi import Request, Response

from functions.accounts import service
from functions.accounts.export import BadCursor, export_page, read_cursor
from functions.accounts.schemas import (
    ConfirmationToken,
    EmailAddress,
    Export,
    Info,
    MailedToken,
    NewPassword,
    Registration,
)
from functions.accounts.schemas import Status as StatusBody
from shared.kit.answers import answer, json_response
from shared.kit.documentation import refusals
from shared.kit.errors import NotFound, Throttled
from shared.kit.http import client_address, router
from shared.kit.metrics import count
from shared.kit.paging import next_link
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
EXPORT_PATH = "/api/user/export/"
CURSOR_PARAMETER = {
    "name": "cursor",
    "in": "query",
    "description": "Where the page starts: taken from the Link header of the one before.",
    "schema": {"type": "string"},
}


@accounts.post(
    "/api/user/create/",
    status_code=201,
    response_model=Info,
    responses=refusals(service.EmailTaken, WeakPassword, Throttled),
)
def register(request: Request, registration: Registration) -> Response:
    """Register an account. A confirmation link is mailed; until it is followed nobody can sign in."""
    spend(limits.REGISTRATIONS, limits.subscriber(client_address(request)))
    with transaction() as db:
        mail_id = service.register(db, registration)
    count("Registrations")
    wake_mailer(mail_id)
    return answer({"Info": "Your confirmation code was send to your email."}, 201)


@accounts.post(
    "/api/user/confirm_user/", response_model=Info, responses=refusals(service.TokenRequired, service.BadToken)
)
def confirm_email(confirmation: ConfirmationToken) -> Response:
    """Confirm the address with the token mailed to it. A token works once, for seven days."""
    with transaction() as db:
        service.confirm_email(db, confirmation.token)
    return answer({"Info": "Email confirmed."})


@accounts.post("/api/user/confirm_user/resend/", response_model=StatusBody, responses=refusals(Throttled))
def resend_confirmation(request: Request, to: EmailAddress) -> Response:
    """Mail a new confirmation link. The answer is the same whether or not the address waits for one."""
    limits.spend_mail_request(to.email, client_address(request))
    with transaction() as db:
        mail_id = queue_mail(db, "confirm_email", to.email)
    wake_mailer(mail_id)
    return answer(OK)


@accounts.post("/api/user/password_reset/", response_model=StatusBody, responses=refusals(Throttled))
def request_password_reset(request: Request, to: EmailAddress) -> Response:
    """Mail a link to set a new password. The answer is the same for addresses without an account."""
    limits.spend_mail_request(to.email, client_address(request))
    with transaction() as db:
        mail_id = queue_mail(db, "reset_password", to.email)
    wake_mailer(mail_id)
    return answer(OK)


@accounts.post("/api/user/password_reset/validate_token/", response_model=StatusBody, responses=refusals(NotFound))
def validate_reset_token(token: MailedToken) -> Response:
    """Tell whether a reset token could be used now."""
    with transaction() as db:
        service.check_reset_token(db, token.token)
    return answer(OK)


@accounts.post(
    "/api/user/password_reset/confirm/",
    response_model=StatusBody,
    responses=refusals(service.ResetTokenUsed, WeakPassword),
)
def reset_password(reset: NewPassword) -> Response:
    """Set a new password with a mailed token. Every signed-in device is signed out."""
    with transaction() as db:
        sockets = service.reset_password(db, reset)
    close_sockets(sockets)
    return answer(OK)


@accounts.delete("/api/user/delete/", response_model=Info, responses=refusals(PasswordCheckNeeded))
def delete_account(caller: User) -> Response:
    """Delete the own account with everything in it; the other side of a conversation keeps the messages."""
    with transaction() as db:
        sockets, picture = service.delete_account(db, caller)
    close_sockets(sockets)
    if picture:
        storage().delete(picture)
    return answer({"Info": "Account deleted successfully."})


@accounts.get(
    EXPORT_PATH, response_model=Export, responses=refusals(BadCursor), openapi_extra={"parameters": [CURSOR_PARAMETER]}
)
def export_data(request: Request, caller: User) -> Response:
    """All data kept about the caller, in pages: the Link header leads to the next one."""
    body, cursor = export_page(caller.id, read_cursor(request.scope["query_string"]))
    link = {"Link": next_link(EXPORT_PATH, [("cursor", cursor)])} if cursor else None
    return json_response(body, headers=link)
