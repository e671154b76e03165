"""The pages behind mailed links about changes of e-mail addresses, and what their buttons do."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from functions.accounts.email_changes import pages, service
from functions.accounts.email_changes.errors import EmailBelongsToAccount, EmailChangeLinkVoid
from functions.accounts.email_changes.queries import Link
from functions.accounts.email_changes.schemas import LinkForm
from shared.domain.password_rules import WeakPassword
from shared.kit.db.transactions import transaction
from shared.kit.errors import AppError
from shared.kit.http.fastapi import Path
from shared.kit.http.localized_errors import preferred_language
from shared.kit.http.middleware import header
from shared.kit.http.openapi import page_responses
from shared.kit.http.routing import router

LINK_PATH = "/api/user/email_change/links/{token}/"
# The pattern is only documented, not checked: any other text is a void link, not a bad request.
Token = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{64}$"})]
email_change_links = router("accounts")


@email_change_links.get(LINK_PATH, response_class=Response, responses=page_responses(EmailChangeLinkVoid))
def ask_about_email_change(request: Request, token: Token) -> Response:
    """Get the page behind a mailed link about a change of address. It asks for confirmation and changes nothing."""
    try:
        with transaction() as db:
            return pages.question_page(service.get_link(db, token))
    except EmailChangeLinkVoid as error:
        return _error_page(request, error)


@email_change_links.post(
    LINK_PATH,
    response_class=Response,
    responses=page_responses(EmailChangeLinkVoid, EmailBelongsToAccount, WeakPassword),
)
def change_email_by_link(request: Request, token: Token, form: LinkForm) -> Response:
    """Carry out what a mailed link's page asks: confirm a new address, or revoke a change and set a new password."""
    try:
        with transaction() as db:
            link = service.get_link(db, token)
    except EmailChangeLinkVoid as error:
        return _error_page(request, error)
    try:
        if link.purpose == "change":
            service.apply(lambda db: service.confirm(db, token))
        else:
            service.apply(lambda db: service.revoke(db, token, form.password))
    except (EmailChangeLinkVoid, EmailBelongsToAccount, WeakPassword) as error:
        return _error_page(request, error, link)
    return pages.done_page(link)


def _error_page(request: Request, error: AppError, link: Link | None = None) -> Response:
    """The error as a page for browsers, in the account's language if known. Raises the error for other clients."""
    if "text/html" not in header(request.scope, b"accept"):
        raise error
    if link and isinstance(error, WeakPassword):
        return pages.question_page(link, error.body["password"])
    return pages.error_page(
        error, link.language if link else preferred_language(header(request.scope, b"accept-language"))
    )
