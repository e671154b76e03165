"""A conversation by its own id."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from functions.chat.actions import conversations
from functions.chat.api.responses import Conversation
from shared.domain.auth import User
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fields import Flag
from shared.kit.http.openapi import error_responses
from shared.kit.http.query_models import QueryModel, from_query
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

chat_conversations = router("chat")
Attachments = Annotated[
    bool,
    Flag(),
    Field(description="Return the last message's files in its `attachments` instead of naming them in its text."),
]


class ConversationQuery(QueryModel):
    attachments: Attachments = False


@chat_conversations.get(
    "/api/chat/conversations/{conversation_id:lower_uuid}/",
    response_model=Conversation,
    responses=error_responses(NotFound, FieldErrors),
)
def get_conversation(
    caller: User, conversation_id: UUID, query: Annotated[ConversationQuery, from_query(ConversationQuery)]
) -> Response:
    """Get one of your conversations; you are the first of `users`."""
    return raw_json_response(conversations.get_conversation(caller.id, conversation_id, attachments=query.attachments))
