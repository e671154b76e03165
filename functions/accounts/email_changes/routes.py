"""The HTTP endpoints of changes of e-mail addresses."""

from starlette.responses import Response

from functions.accounts.email_changes import queries, service
from functions.accounts.email_changes.errors import (
    EmailBelongsToAccount,
    EmailChangeLinkVoid,
    NoEmailChange,
    SameEmail,
)
from functions.accounts.email_changes.queries import PendingChange
from functions.accounts.email_changes.schemas import (
    EmailChange,
    EmailChangeRevocation,
    EmailChangeToken,
    NewEmail,
)
from functions.accounts.schemas import Status
from shared.domain.auth import PasswordCheckNeeded, User
from shared.domain.outbox import trigger_mailer
from shared.domain.password_rules import WeakPassword
from shared.domain.timestamps import format_time
from shared.kit.db.pool import connection
from shared.kit.db.transactions import transaction
from shared.kit.errors import Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

OK = {"status": "OK"}
OWN_PATH = "/api/user/me/email_change/"
email_changes = router("accounts")


@email_changes.post(
    OWN_PATH,
    status_code=202,
    response_model=EmailChange,
    responses=error_responses(SameEmail, PasswordCheckNeeded, Throttled),
)
def request_email_change(caller: User, wanted: NewEmail) -> Response:
    """Request a change of address. It takes effect once you open the link mailed to the new address, within a day.

    Until then you sign in with your current address, which is notified. The answer is the same if another account has
    the new address. A newer request replaces a pending one.
    """
    with transaction() as db:
        change, mails = service.request_change(db, caller, wanted.email)
    trigger_mailer(*mails)
    return json_response(_as_answer(change), 202)


@email_changes.get(OWN_PATH, response_model=EmailChange | None)
def get_email_change(caller: User) -> Response:
    """Get your pending change of address, null if there is none."""
    with connection() as db:
        change = queries.find_pending(db, caller.id)
    return json_response(change and _as_answer(change))


@email_changes.delete(OWN_PATH, response_model=Status, responses=error_responses(NoEmailChange))
def withdraw_email_change(caller: User) -> Response:
    """Withdraw a pending change of your address."""
    with transaction() as db:
        service.withdraw(db, caller)
    return json_response(OK)


def _as_answer(change: PendingChange) -> dict[str, str]:
    times = {"created_at": change.created_at, "expires_at": change.expires_at}
    return {"email": change.new_email} | {name: format_time(time) for name, time in times.items()}


@email_changes.post(
    "/api/user/email_change/confirm/",
    response_model=Status,
    responses=error_responses(EmailChangeLinkVoid, EmailBelongsToAccount),
)
def confirm_email_change(given: EmailChangeToken) -> Response:
    """Confirm a new address with the token mailed to it, once. All devices but the requesting one are signed out.

    The old address is mailed a link that can revoke the change for seven days.
    """
    service.apply(lambda db: service.confirm(db, given.token))
    return json_response(OK)


@email_changes.post(
    "/api/user/email_change/revoke/",
    response_model=Status,
    responses=error_responses(EmailChangeLinkVoid, WeakPassword),
)
def revoke_email_change(given: EmailChangeRevocation) -> Response:
    """Revoke a change of address with the token mailed to the old address, and set a new password.

    All devices are signed out; linked identities, other mailed links and the calendar feed stop working.
    """
    service.apply(lambda db: service.revoke(db, given.token, given.password))
    return json_response(OK)
