"""HTTP routes about read and unread messages. Open sockets are told."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from functions.chat.actions import conversations
from functions.chat.actions.mark_read import mark_read as mark
from functions.chat.actions.unread import unread_event
from functions.chat.api.responses import OwnConversationPage
from functions.chat.domain.errors import NoConversation
from functions.chat.domain.read_events import UnreadChangedEvent
from functions.chat.domain.reading_commands import ConversationRead
from shared.domain.auth import User
from shared.domain.limits import MESSAGES
from shared.kit.errors import FieldErrors, NotFound, Throttled
from shared.kit.http.fields import Flag
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router
from shared.kit.security.rate_limits import spend

reading = router("chat")

OWN_CONVERSATIONS = "/api/chat/me/conversations/"


class OwnConversationsQuery(PageQuery):
    archived: Annotated[bool, Flag(), Field(description="List archived conversations instead of the others.")] = False
    unread: Annotated[bool, Flag(), Field(description="Only those with unread messages.")] = False


@reading.get(OWN_CONVERSATIONS, response_model=OwnConversationPage, responses=error_responses(FieldErrors, NotFound))
def list_own_conversations(
    caller: User, query: Annotated[OwnConversationsQuery, from_query(OwnConversationsQuery)]
) -> Response:
    """List your conversations in pages, most recently active first. This does not mark anything as read."""
    return raw_json_response(
        conversations.list_own_conversations(
            caller.id, query.page, OWN_CONVERSATIONS, archived=query.archived, only_unread=query.unread
        )
    )


@reading.post(
    "/api/chat/conversations/{conversation_id:lower_uuid}/read/",
    response_model=UnreadChangedEvent,
    responses=error_responses(NoConversation, FieldErrors, Throttled),
)
def mark_read(caller: User, conversation_id: UUID, read: ConversationRead) -> Response:
    """Mark a conversation as read up to a message; the answer says what is still unread.

    What is read stays read. Your other devices and the other person are told.
    """
    spend(MESSAGES, str(caller.id))
    return json_response(unread_event(mark(caller.id, conversation_id, read.seq)))
