"""HTTP routes of messages, for clients without a socket."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from functions.chat.actions.message_pages import page_messages
from functions.chat.actions.post_message import post_message as post
from functions.chat.api.message_responses import MessagePage, PostedMessageItem
from functions.chat.domain.errors import (
    AttachmentUnavailable,
    MessageNotFound,
    NoConversation,
    SenderBlocked,
    TooManyUnanswered,
)
from functions.chat.domain.message_commands import PostedMessage
from functions.chat.domain.message_frames import stored_item
from shared.domain.auth import User
from shared.domain.limits import MESSAGES
from shared.kit.db.integers import MAX_INT64
from shared.kit.errors import FieldErrors, Throttled
from shared.kit.http.fields import Whole
from shared.kit.http.openapi import error_responses
from shared.kit.http.query_models import QueryModel, from_query
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router
from shared.kit.json import json_array, json_object, json_text
from shared.kit.security.rate_limits import spend

chat_messages = router("chat")
PATH = "/api/chat/conversations/{conversation_id:lower_uuid}/messages/"
MOST = 100


class MessagesQuery(QueryModel):
    before: Annotated[
        int | None, Whole(minimum=1, maximum=MAX_INT64), Field(description="The last messages before this `seq`.")
    ] = None
    after: Annotated[
        int | None, Whole(minimum=0, maximum=MAX_INT64), Field(description="The first messages after this `seq`.")
    ] = None
    page_size: Annotated[int, Whole(minimum=1, maximum=MOST), Field(description="Items per page.")] = 50


@chat_messages.get(PATH, response_model=MessagePage, responses=error_responses(NoConversation, FieldErrors))
def page_of_messages(
    caller: User, conversation_id: UUID, query: Annotated[MessagesQuery, from_query(MessagesQuery)]
) -> Response:
    """List messages of a conversation, oldest first: the last ones, or those before or after a `seq`.

    `next` continues in the same direction. This does not mark messages as read: use `read` for that.
    """
    page = page_messages(caller.id, conversation_id, before=query.before, after=query.after, most=query.page_size)
    place = f"after={page.after}" if page.after else f"before={page.before}" if page.before else ""
    bound = f"&before={query.before}" if page.after and query.before else ""
    path = f"/api/chat/conversations/{conversation_id}/messages/"
    values = {
        "next": f"{path}?{place}{bound}&page_size={query.page_size}" if place else None,
        "last_seq": page.membership.last_seq,
        "change_seq": page.membership.change_seq,
        "read_seq": page.membership.read_seq,
    }
    texts = {name: json_text(value) for name, value in values.items()}
    return raw_json_response(json_object(texts | {"results": json_array(page.items)}))


@chat_messages.post(
    PATH,
    status_code=201,
    response_model=PostedMessageItem,
    responses={
        200: {"model": PostedMessageItem, "description": "The message you already sent with this id"},
        **error_responses(
            NoConversation,
            SenderBlocked,
            MessageNotFound,
            TooManyUnanswered,
            AttachmentUnavailable,
            FieldErrors,
            Throttled,
        ),
    },
)
def post_message(caller: User, conversation_id: UUID, message: PostedMessage) -> Response:
    """Send a message.

    The open sockets of both people get it. With an `id` of your own you can safely retry if the answer was lost.
    """
    spend(MESSAGES, str(caller.id))
    stored, is_new = post(caller.id, message.to(conversation_id))
    return json_response(stored_item(stored, str(caller.id)), 201 if is_new else 200)
