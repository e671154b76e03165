"""A conversation by its own id."""

from uuid import UUID

from starlette.responses import Response

from functions.chat.actions import conversations
from functions.chat.api.responses import Conversation
from shared.domain.auth import User
from shared.kit.errors import NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

chat_conversations = router("chat")


@chat_conversations.get(
    "/api/chat/conversations/{conversation_id:lower_uuid}/",
    response_model=Conversation,
    responses=error_responses(NotFound),
)
def get_conversation(caller: User, conversation_id: UUID) -> Response:
    """Get one of your conversations; you are the first of `users`."""
    return raw_json_response(conversations.get_conversation(caller.id, conversation_id))
