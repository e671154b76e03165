"""HTTP routes that change messages: edit, delete, react. Open sockets are told."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from functions.chat.actions import change_messages
from functions.chat.actions import list_changes as changes
from functions.chat.actions import react as reactions
from functions.chat.api.responses import Message
from functions.chat.domain.change_commands import EditedMessage, Emoji, NewReaction
from functions.chat.domain.errors import (
    MessageDeleted,
    MessageNotFound,
    NoConversation,
    NotYourMessage,
    SenderBlocked,
    TooLateToChange,
    TooManyReactions,
)
from functions.chat.domain.events import MessageDeletedEvent, MessageEditedEvent, ReactionChangedEvent
from functions.chat.domain.messages import MessagePlace
from shared.domain.auth import User
from shared.domain.limits import MESSAGES
from shared.kit.db.integers import MAX_INT64
from shared.kit.errors import FieldErrors, Throttled
from shared.kit.http.cursor_pagination import next_link
from shared.kit.http.fields import Count, Flag
from shared.kit.http.openapi import LEADS_ON, error_responses
from shared.kit.http.query_models import QueryModel, from_query
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router
from shared.kit.security.rate_limits import spend

message_changes = router("chat")

CHANGES = "/api/chat/conversations/{conversation_id:lower_uuid}/changes/"
MESSAGE = "/api/chat/conversations/{conversation_id:lower_uuid}/messages/{seq:int64}/"
REACTIONS = f"{MESSAGE}reactions/"


@message_changes.patch(
    MESSAGE,
    response_model=MessageEditedEvent,
    responses=error_responses(
        MessageNotFound, NotYourMessage, MessageDeleted, SenderBlocked, TooLateToChange, FieldErrors, Throttled
    ),
)
def edit_message(caller: User, conversation_id: UUID, seq: int, edited: EditedMessage) -> Response:
    """Edit your message, for both of you.

    Only its author can, up to 15 minutes after sending it.
    """
    spend(MESSAGES, str(caller.id))
    return json_response(change_messages.edit_message(caller.id, MessagePlace(conversation_id, seq), edited.body))


class ChangesQuery(QueryModel):
    after: Annotated[
        int, Count(MAX_INT64), Field(description="The highest `change_seq` you have; 0 if you have none.")
    ] = 0


@message_changes.get(
    CHANGES, response_model=list[Message], responses=LEADS_ON | error_responses(NoConversation, FieldErrors)
)
def list_changes(
    caller: User, conversation_id: UUID, query: Annotated[ChangesQuery, from_query(ChangesQuery)]
) -> Response:
    """List messages that were edited, deleted or reacted to while you were away, oldest change first.

    Each is as it is now. If not all fit into one answer, the Link header links to the rest.
    """
    items, rest = changes.list_changes(caller.id, conversation_id, query.after)
    path = f"/api/chat/conversations/{conversation_id}/changes/"
    link = None if rest is None else {"Link": next_link(path, [("after", str(rest))])}
    return raw_json_response(f"[{','.join(items)}]", headers=link)


class DeletionQuery(QueryModel):
    only_for_me: Annotated[bool, Flag(), Field(description="Keep it for the other person.")] = False


@message_changes.delete(
    MESSAGE,
    response_model=MessageDeletedEvent,
    responses=error_responses(MessageNotFound, FieldErrors, Throttled),
)
def delete_message(
    caller: User, conversation_id: UUID, seq: int, query: Annotated[DeletionQuery, from_query(DeletionQuery)]
) -> Response:
    """Delete a message.

    Up to 15 minutes after you sent it, your own message is deleted for both of you. Any other is hidden from you alone:
    `only_for_you` says which happened.
    """
    spend(MESSAGES, str(caller.id))
    place = MessagePlace(conversation_id, seq)
    return json_response(change_messages.delete_message(caller.id, place, only_for_me=query.only_for_me))


@message_changes.post(
    REACTIONS,
    response_model=ReactionChangedEvent,
    responses=error_responses(MessageNotFound, MessageDeleted, SenderBlocked, TooManyReactions, FieldErrors, Throttled),
)
def add_reaction(caller: User, conversation_id: UUID, seq: int, reaction: NewReaction) -> Response:
    """React to a message with an emoji; the answer has all reactions to it.

    You can have up to five on a message. Adding the same one again changes nothing.
    """
    spend(MESSAGES, str(caller.id))
    return json_response(reactions.react(caller.id, MessagePlace(conversation_id, seq), reaction.emoji, on=True))


class ReactionQuery(QueryModel):
    emoji: Emoji


@message_changes.delete(
    REACTIONS,
    response_model=ReactionChangedEvent,
    responses=error_responses(MessageNotFound, MessageDeleted, FieldErrors, Throttled),
)
def remove_reaction(
    caller: User, conversation_id: UUID, seq: int, query: Annotated[ReactionQuery, from_query(ReactionQuery)]
) -> Response:
    """Remove your emoji from a message; the answer has the remaining reactions."""
    spend(MESSAGES, str(caller.id))
    return json_response(reactions.react(caller.id, MessagePlace(conversation_id, seq), query.emoji, on=False))
