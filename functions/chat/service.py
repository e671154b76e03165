"""The verbs of the chat feature over HTTP and their refusals."""

from typing import Any
from uuid import UUID

import psycopg

from functions.chat import conversations, history, repository
from functions.chat.shapes import history_item
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.cursor_pagination import fit_page
from shared.kit.json import json_text


class WithOneself(FieldErrors):
    """A conversation needs two different people."""

    body: Any = {"users": ["Rozmowa musi mieć dwóch różnych użytkowników."]}

    def __init__(self) -> None:
        super().__init__(WithOneself.body)


class UnknownPerson(FieldErrors):
    """There is no such account, or it is not confirmed."""

    body: Any = {"users": ["Użytkownicy muszą istnieć."]}

    def __init__(self) -> None:
        super().__init__(UnknownPerson.body)


class NoConversation(NotFound):
    """The caller has no conversation with that person."""

    body: Any = {"detail": "Brak konwersacji"}


def open_conversation(user_id: UUID, partner_id: UUID) -> tuple[str, bool]:
    """The conversation of two people as JSON text, and whether it is new. Raises WithOneself or UnknownPerson."""
    if partner_id == user_id:
        raise WithOneself
    if not conversations.is_confirmed_user(partner_id):
        raise UnknownPerson
    try:
        opened = conversations.open_conversation(user_id, partner_id)
    except psycopg.errors.ForeignKeyViolation:
        raise UnknownPerson from None
    if opened is not None:
        return conversations.get_conversation(user_id, opened), True
    return find_conversation(user_id, partner_id), False


def find_conversation(user_id: UUID, partner_id: UUID) -> str:
    """The conversation of two people as JSON text. Raises NoConversation."""
    found = conversations.find_with_partner(user_id, partner_id)
    if found is None:
        raise NoConversation
    return found


def list_messages(
    user_id: UUID, conversation_id: UUID, *, newest: int | None, before: int | None, after: int | None
) -> list[str]:
    """Messages of a conversation as JSON texts; none for those who are no members of it.

    With `newest` that many, newest first. With a place, or without anything, oldest first: the first ones `after`
    a place, the last ones `before` one, or the last ones of all, `newest` at most. Of long messages there are as
    many as fit into an answer.
    """
    membership = conversations.find_membership(conversation_id, user_id)
    if membership is None:
        return []
    with_seq = after is not None or before is not None
    oldest_first = newest is None or with_seq
    wanted = history.WINDOW if newest is None else min(newest, history.WINDOW)
    if after is not None:
        messages = repository.list_messages_after(conversation_id, after, wanted, before=before)
    elif before is not None:
        messages = repository.list_messages(conversation_id, wanted, before=before)
    else:
        messages = history.newest(conversation_id, membership.last_seq, wanted)
    shown = fit_page(
        json_text(history_item(str(conversation_id), message, membership, with_seq=with_seq)) for message in messages
    )
    return shown[::-1] if oldest_first and after is None else shown
