"""HTTP shapes of the chat feature."""

from uuid import UUID

from fastapi import Request, Response

from functions.chat import conversations, service
from functions.chat.schemas import Conversation, Message, NewConversation, NumberedMessage
from shared.domain.auth import User
from shared.kit.errors import FieldErrors
from shared.kit.http.openapi import count_parameter, error_responses
from shared.kit.http.query_string import read_count
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router

chat = router("chat")
COUNT, BEFORE, AFTER = "number_of_last_messages", "before", "after"


@chat.post(
    "/api/chat/conversation/",
    status_code=201,
    response_model=Conversation,
    responses={
        200: {"model": Conversation, "description": "The conversation that is there already"},
        **error_responses(service.WithOneself, service.UnknownPerson),
    },
)
def open_conversation(caller: User, new: NewConversation) -> Response:
    """Open the conversation with another person; if there is one, it is answered with 200."""
    conversation, is_new = service.open_conversation(caller.id, new.users[0])
    return raw_json_response(conversation, 201 if is_new else 200)


@chat.get("/api/chat/conversations/", response_model=list[Conversation])
def list_conversations(caller: User) -> Response:
    """The own conversations, the one with the newest activity first; the caller is the first of `users`."""
    return raw_json_response(f"[{','.join(conversations.list_conversations(caller.id))}]")


@chat.get(
    "/api/chat/conversation/user/{user_id:lower_uuid}/",
    response_model=Conversation,
    responses=error_responses(service.NoConversation),
)
def get_conversation_with(caller: User, user_id: UUID) -> Response:
    """The own conversation with another person."""
    return raw_json_response(service.find_conversation(caller.id, user_id))


PLACES = {
    "parameters": [
        *count_parameter(COUNT, 500)["parameters"],
        *(
            {
                "name": name,
                "in": "query",
                "description": f"Messages {name} this `seq` only, oldest first and with their own `seq`.",
                "schema": {"type": "integer", "minimum": 0},
            }
            for name in (BEFORE, AFTER)
        ),
    ]
}


@chat.get(
    "/api/chat/conversation_detail/{conversation_id:lower_uuid}/",
    response_model=list[Message | NumberedMessage],
    responses=error_responses(FieldErrors),
    openapi_extra=PLACES,
)
def list_messages(caller: User, conversation_id: UUID, request: Request) -> Response:
    """The last 500 messages, oldest first; with `number_of_last_messages` that many, newest first.

    Whoever is no member gets an empty list. A client that was away asks for what came `after` the last
    `seq` it has.
    """
    query = request.scope["query_string"]
    messages = service.list_messages(
        caller.id,
        conversation_id,
        newest=read_count(query, COUNT),
        before=read_count(query, BEFORE),
        after=read_count(query, AFTER),
    )
    return raw_json_response(f"[{','.join(messages)}]")
