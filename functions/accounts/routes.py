"""The HTTP endpoints of accounts."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from functions.accounts import service
from functions.accounts.export import BadCursor, ExportQuery, export_page, read_cursor
from functions.accounts.schemas import (
    AddressToConfirm,
    ConfirmationToken,
    EmailAddress,
    Export,
    MailedToken,
    NewPassword,
    Registration,
    Status,
)
from shared.domain import limits
from shared.domain.auth import PasswordCheckNeeded, User
from shared.domain.outbox import queue_mail, trigger_mailer
from shared.domain.password_rules import WeakPassword
from shared.domain.sign_in_sessions import close_sockets
from shared.kit.aws.storage import storage
from shared.kit.db.transactions import run_transaction, transaction
from shared.kit.errors import NotFound, Throttled
from shared.kit.http.cursor_pagination import next_link
from shared.kit.http.localized_errors import preferred_language
from shared.kit.http.middleware import header
from shared.kit.http.openapi import LEADS_ON, error_responses
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Info
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router
from shared.kit.http.viewer import client_address
from shared.kit.observability.metrics import count
from shared.kit.security.rate_limits import spend

OK = {"status": "OK"}
accounts = router("accounts")


@accounts.recorded.post(
    "/api/user/create/",
    operation_id="registerAccount",
    status_code=201,
    response_model=Info,
    responses=error_responses(service.EmailTaken, WeakPassword, Throttled),
)
def register(request: Request, registration: Registration) -> Response:
    """Register an account. You are mailed a link to confirm your address, and cannot sign in before you do.

    Until you choose a language, your mails are in the one that Accept-Language asks for, Polish or English.
    """
    language = preferred_language(header(request.scope, b"accept-language"))
    spend(limits.REGISTRATIONS, limits.subscriber(client_address(request)))
    with transaction() as db:
        mail_id = service.register(db, registration, language)
    count("Registrations")
    trigger_mailer(mail_id)
    return json_response({"Info": "Your confirmation code was send to your email."}, 201)


@accounts.recorded.post(
    "/api/user/confirm_user/", response_model=Info, responses=error_responses(service.TokenRequired, service.BadToken)
)
def confirm_email(confirmation: ConfirmationToken) -> Response:
    """Confirm your address with the token mailed to it. It works for seven days; using it again changes nothing."""
    with transaction() as db:
        service.confirm_email(db, confirmation.token)
    return json_response({"Info": "Email confirmed."})


@accounts.post("/api/user/confirm_user/resend/", response_model=Status)
def resend_confirmation(request: Request, to: AddressToConfirm) -> Response:
    """Mail a new confirmation link. The answer is the same if the account does not exist or you ask too often."""
    _mail_link("confirm_email", to.email, client_address(request))
    return json_response(OK)


def _mail_link(kind: limits.LinkMail, email: str, address: str) -> None:
    """Mail a link, unless it was requested too often: then one mailed earlier still works."""
    if not limits.may_mail_link(kind, email, address):
        return
    with transaction() as db:
        mail_id = queue_mail(db, kind, email)
    trigger_mailer(mail_id)


@accounts.recorded.post("/api/user/password_reset/", response_model=Status)
def request_password_reset(request: Request, to: EmailAddress) -> Response:
    """Mail a link to set a new password. The answer is the same if the account does not exist or you ask too often."""
    _mail_link("reset_password", to.email, client_address(request))
    return json_response(OK)


@accounts.recorded.post(
    "/api/user/password_reset/validate_token/", response_model=Status, responses=error_responses(NotFound)
)
def validate_reset_token(token: MailedToken) -> Response:
    """Check a reset token without using it: 404 if it is unknown, used or expired."""
    with transaction() as db:
        service.check_reset_token(db, token.token)
    return json_response(OK)


@accounts.recorded.post(
    "/api/user/password_reset/confirm/",
    response_model=Status,
    responses=error_responses(service.ResetTokenUsed, WeakPassword),
)
def reset_password(reset: NewPassword) -> Response:
    """Set a new password with a mailed token. This confirms your address and signs out all devices."""
    with transaction() as db:
        sockets, mails = service.reset_password(db, reset)
    close_sockets(sockets)
    if mails:
        trigger_mailer(*mails)
    return json_response(OK)


@accounts.recorded.delete("/api/user/delete/", response_model=Info, responses=error_responses(PasswordCheckNeeded))
def delete_account(caller: User) -> Response:
    """Delete your account and everything in it. The people you wrote to keep your messages."""
    sockets, picture = run_transaction(lambda db: service.delete_account(db, caller))
    close_sockets(sockets)
    if picture:
        storage().delete(picture)
    return json_response({"Info": "Account deleted successfully."})


@accounts.get(
    "/api/user/export/",
    response_model=Export,
    responses=LEADS_ON | error_responses(BadCursor, Throttled),
)
def export_data(caller: User, query: Annotated[ExportQuery, from_query(ExportQuery)]) -> Response:
    """Export all data kept about you, in pages; the Link header links to the next one."""
    after = read_cursor(query.cursor)
    spend(limits.EXPORT_PAGES, str(caller.id))
    body, cursor = export_page(caller.id, after)
    link = {"Link": next_link("/api/user/export/", [("cursor", cursor)])} if cursor else None
    return raw_json_response(body, headers=link)
