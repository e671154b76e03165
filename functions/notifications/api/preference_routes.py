"""HTTP routes of notification preferences, and of unsubscribe links in mails."""

from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response

from functions.notifications.actions import preferences as actions
from functions.notifications.api.responses import Preferences
from functions.notifications.api.unsubscribe_page import done_page, error_page, question_page
from functions.notifications.domain.commands import OneClick, PreferencesChange
from functions.notifications.domain.errors import UnsubscribeLinkVoid
from shared.domain.auth import User
from shared.kit.http.fastapi import Path
from shared.kit.http.localized_errors import preferred_language
from shared.kit.http.middleware import header
from shared.kit.http.openapi import page_responses
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

preferences = router("notifications")
# The pattern is documented but not validated: other text is a void link, not a bad request.
Token = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{32}-[a-z]+-[0-9a-f]{32}$"})]


@preferences.get("/api/notification/preferences/", response_model=Preferences)
def get_preferences(caller: User) -> Response:
    """Get what you are notified about by mail and by push messages."""
    return json_response(actions.get_preferences(caller.id))


@preferences.patch("/api/notification/preferences/", response_model=Preferences)
def change_preferences(caller: User, change: PreferencesChange) -> Response:
    """Change what you are notified about by mail and by push messages.

    Notifications are always listed, and mails about your account are always sent.
    """
    return json_response(actions.change_preferences(caller.id, change.wanted()))


@preferences.get(
    "/api/notification/unsubscribe/{token}/",
    response_class=Response,
    responses=page_responses(UnsubscribeLinkVoid),
)
def ask_to_unsubscribe(request: Request, token: Token) -> Response:
    """Get the page behind a mail's unsubscribe link. It asks for confirmation and changes nothing."""
    try:
        return question_page(*actions.find_subscription(token))
    except UnsubscribeLinkVoid as error:
        return _error_page(request, error)


@preferences.post(
    "/api/notification/unsubscribe/{token}/",
    response_class=Response,
    responses=page_responses(UnsubscribeLinkVoid),
)
def unsubscribe_by_link(request: Request, token: Token, _click: OneClick) -> Response:
    """Unsubscribe from mails about a topic without signing in, as mail clients do with one click (RFC 8058)."""
    try:
        return done_page(*actions.unsubscribe(token))
    except UnsubscribeLinkVoid as error:
        return _error_page(request, error)


def _error_page(request: Request, error: UnsubscribeLinkVoid) -> Response:
    """Render an error page for browsers; for mail clients, raise the error."""
    if "text/html" not in header(request.scope, b"accept"):
        raise error
    return error_page(error, preferred_language(header(request.scope, b"accept-language")))
