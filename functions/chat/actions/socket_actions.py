"""Socket actions besides sending messages: permissions, rate limits and refusals."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from functions.chat.actions.refusals import refuse_action
from functions.chat.actions.senders import senders
from functions.chat.domain.messages import EVENTS, USER, MessagePlace, canonical_uuid, is_client_id, is_seq
from shared.kit.db.pool import drop_broken_connections
from shared.kit.errors import AppError, Throttled
from shared.kit.observability.log import logger, note
from shared.kit.psycopg import psycopg

Fields = Mapping[str, Any]


class BadData(Exception):
    """A frame's data is incomplete or invalid."""


class Actor:
    """Who acts, and in which conversation: the one named in the frame, else the socket's own."""

    def __init__(self, connection_id: str, user_id: UUID, conversation_id: UUID) -> None:
        self.connection_id = connection_id
        self.user_id = user_id
        self.conversation_id = conversation_id

    def place(self, fields: Fields) -> MessagePlace:
        """The message that a frame refers to. Raises BadData."""
        seq = fields.get("seq")
        if not is_seq(seq):
            raise BadData
        return MessagePlace(self.conversation_id, seq)


class Caller:
    """The caller of an action on all their conversations."""

    def __init__(self, connection_id: str, user_id: UUID) -> None:
        self.connection_id = connection_id
        self.user_id = user_id


def act(connection_id: str, fields: Fields, action: Callable[[Actor, Fields], object]) -> None:
    """Perform the action that a client requests, and tell it of a refusal. Legacy clients request none."""
    _carry_out(connection_id, fields, lambda: action(_actor(connection_id, fields), fields))


def act_for_user(connection_id: str, fields: Fields, action: Callable[[Caller, Fields], object]) -> None:
    """Like `act`, for actions that do not concern a single conversation."""
    _carry_out(connection_id, fields, lambda: action(_caller(connection_id), fields))


def _carry_out(connection_id: str, fields: Fields, action: Callable[[], object]) -> None:
    sender = senders.find_open(connection_id)
    if sender is None:
        return
    if sender.protocol not in {EVENTS, USER}:
        # Such frames have no meaning there, but count towards the rate limit like all others.
        with suppress(Throttled):
            senders.spend(connection_id)
        return
    note(user_id=sender.user_id)
    frame_id = fields.get("id")
    if code := _refusal(connection_id, action):
        refuse_action(connection_id, frame_id if is_client_id(frame_id) else None, code)


def _refusal(connection_id: str, action: Callable[[], object]) -> str | None:
    """Perform the action; returns the code of the error, if any."""
    try:
        senders.spend(connection_id)
        action()
    except BadData:
        return "bad_data"
    except AppError as error:
        return error.code
    except psycopg.OperationalError:
        drop_broken_connections()
        logger().exception("action not carried out", extra={"connection_id": connection_id})
        return "unavailable"
    return None


def _caller(connection_id: str) -> Caller:
    return Caller(connection_id, UUID(senders.known[connection_id].user_id))


def _actor(connection_id: str, fields: Fields) -> Actor:
    sender = senders.known[connection_id]
    conversation_id = canonical_uuid(fields.get("conversation", sender.conversation_id))
    if conversation_id is None:
        raise BadData
    return Actor(connection_id, UUID(sender.user_id), UUID(conversation_id))
