"""HTTP routes to block people, and to mute and archive conversations."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from functions.chat.actions import block as blocking
from functions.chat.api.responses import BlockedPage
from functions.chat.data import blocks, member_settings
from functions.chat.domain.errors import OwnAccount
from shared.domain.auth import Caller, User
from shared.kit.errors import FieldErrors, NotFound, Throttled
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, raw_json_response
from shared.kit.http.routing import router

chat_safety = router("chat", waits=True)


@chat_safety.get("/api/chat/blocked/", response_model=BlockedPage, responses=error_responses(FieldErrors, NotFound))
def list_blocked(caller: User, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List the people you have blocked, most recent first."""
    found = blocks.list_blocked(caller.id, query.page)
    return raw_json_response(query.page.wrap("/api/chat/blocked/", found.count, found.results))


@chat_safety.post(
    "/api/chat/blocked/{user_id:lower_uuid}/",
    response_model=Detail,
    responses=error_responses(NotFound, OwnAccount, Throttled),
)
def block_person(caller: User, user_id: UUID) -> Response:
    """Block a person: neither of you can write to the other or book with the other until you unblock them.

    Earlier messages and bookings stay. They are not notified; what they send is refused with the code `blocked`.
    """
    blocking.block(caller.id, user_id)
    return detail_response("Zablokowano.", caller.language)


@chat_safety.delete(
    "/api/chat/blocked/{user_id:lower_uuid}/", response_model=Detail, responses=error_responses(Throttled)
)
def unblock_person(caller: User, user_id: UUID) -> Response:
    """Unblock a person. If they are not blocked, nothing changes."""
    blocking.unblock(caller.id, user_id)
    return detail_response("Odblokowano.", caller.language)


@chat_safety.post(
    "/api/chat/conversations/{conversation_id:lower_uuid}/mute/",
    response_model=Detail,
    responses=error_responses(NotFound),
)
def mute_conversation(caller: User, conversation_id: UUID) -> Response:
    """Mute a conversation: you get no mail or push messages about new messages. They still count as unread."""
    found = member_settings.set_muted(conversation_id, caller.id, muted=True)
    return _answer(caller, "Wyciszono.", found=found)


@chat_safety.post(
    "/api/chat/conversations/{conversation_id:lower_uuid}/unmute/",
    response_model=Detail,
    responses=error_responses(NotFound),
)
def unmute_conversation(caller: User, conversation_id: UUID) -> Response:
    """Get mail and push messages about a conversation again."""
    found = member_settings.set_muted(conversation_id, caller.id, muted=False)
    return _answer(caller, "Włączono powiadomienia.", found=found)


@chat_safety.post(
    "/api/chat/conversations/{conversation_id:lower_uuid}/archive/",
    response_model=Detail,
    responses=error_responses(NotFound),
)
def archive_conversation(caller: User, conversation_id: UUID) -> Response:
    """Archive a conversation, for you alone. Its next message brings it back."""
    found = member_settings.set_archived(conversation_id, caller.id, archived=True)
    return _answer(caller, "Zarchiwizowano.", found=found)


@chat_safety.post(
    "/api/chat/conversations/{conversation_id:lower_uuid}/unarchive/",
    response_model=Detail,
    responses=error_responses(NotFound),
)
def unarchive_conversation(caller: User, conversation_id: UUID) -> Response:
    """Take a conversation out of the archive."""
    found = member_settings.set_archived(conversation_id, caller.id, archived=False)
    return _answer(caller, "Przywrócono.", found=found)


def _answer(caller: Caller, sentence: str, *, found: bool) -> Response:
    """Raises NotFound for conversations of others."""
    if not found:
        raise NotFound
    return detail_response(sentence, caller.language)
