"""HTTP routes of the chat."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from functions.chat.actions import conversations, history
from functions.chat.api.conversation_routes import Attachments
from functions.chat.api.responses import Conversation, Message
from functions.chat.domain.commands import NewConversation
from functions.chat.domain.errors import (
    ConversationNotFound,
    ConversationWithOneself,
    PartnerNotFound,
    UnreadablePartner,
)
from functions.chat.domain.messages import WINDOW
from shared.domain.auth import User
from shared.kit.errors import FieldErrors
from shared.kit.http.cursor_pagination import next_link
from shared.kit.http.fields import Count
from shared.kit.http.openapi import LEADS_ON, error_responses
from shared.kit.http.query_models import RecordedQueryModel, from_query
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

chat = router("chat").recorded


@chat.post(
    "/api/chat/conversation/",
    status_code=201,
    response_model=Conversation,
    responses={
        200: {"model": Conversation, "description": "The existing conversation"},
        **error_responses(ConversationWithOneself, PartnerNotFound, UnreadablePartner),
    },
)
def open_conversation(caller: User, new: NewConversation) -> Response:
    """Open your conversation with another person.

    If you have one already, the answer is 200 with it.
    """
    conversation, is_new = conversations.open_conversation(caller.id, new.partner_id)
    return raw_json_response(conversation, 201 if is_new else 200)


class ConversationsQuery(RecordedQueryModel):
    attachments: Attachments = False


@chat.get("/api/chat/conversations/", response_model=list[Conversation], responses=error_responses(FieldErrors))
def list_conversations(caller: User, query: Annotated[ConversationsQuery, from_query(ConversationsQuery)]) -> Response:
    """List your conversations, most recently active first; you are the first of `users`."""
    found = conversations.list_conversations(caller.id, attachments=query.attachments)
    return raw_json_response(f"[{','.join(found)}]")


@chat.get(
    "/api/chat/conversation/user/{user_id:lower_uuid}/",
    response_model=Conversation,
    responses=error_responses(ConversationNotFound),
)
def get_conversation_with(caller: User, user_id: UUID) -> Response:
    """Get your conversation with another person."""
    return raw_json_response(conversations.get_conversation_with(caller.id, user_id))


class MessagesQuery(RecordedQueryModel):
    number_of_last_messages: Annotated[
        int | None, Count(), Field(description=f"The maximum number, newest first; never more than {WINDOW}.")
    ] = None
    before: Annotated[
        int | None,
        Count(),
        Field(description="Only messages before this `seq`, oldest first and with their own `seq`."),
    ] = None
    after: Annotated[
        int | None, Count(), Field(description="Only messages after this `seq`, oldest first and with their own `seq`.")
    ] = None


@chat.get(
    "/api/chat/conversation_detail/{conversation_id:lower_uuid}/",
    response_model=list[Message],
    responses=LEADS_ON | error_responses(FieldErrors),
)
def list_messages(
    caller: User, conversation_id: UUID, query: Annotated[MessagesQuery, from_query(MessagesQuery)]
) -> Response:
    """List the last 500 messages, oldest first, or the last `number_of_last_messages`, newest first.

    The list is empty if you are not a member. After a disconnect, a client asks for messages `after` the last `seq` it
    has. If not all fit into one answer, the Link header links to the rest.
    """
    page = history.list_messages(
        caller.id,
        conversation_id,
        newest=query.number_of_last_messages,
        before=query.before,
        after=query.after,
    )
    link = None
    if page.next_query:
        link = {"Link": next_link(f"/api/chat/conversation_detail/{conversation_id}/", page.next_query)}
    return raw_json_response(f"[{','.join(page.messages)}]", headers=link)
