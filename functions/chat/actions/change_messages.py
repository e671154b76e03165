"""Editing and deleting messages, and hiding them from oneself."""

from uuid import UUID

from functions.chat.actions.deliver import deliver_to_conversation, deliver_to_user
from functions.chat.data import history_window, message_changes
from functions.chat.domain.changes import ChangedMessage, deleted_event, edited_event
from functions.chat.domain.errors import MessageDeleted, MessageNotFound, NotYourMessage, SenderBlocked, TooLateToChange
from functions.chat.domain.events import MessageDeletedEvent, MessageEditedEvent
from functions.chat.domain.messages import MessagePlace
from shared.kit.errors import AppError
from shared.kit.psycopg import psycopg


def edit_message(user_id: UUID, place: MessagePlace, body: str) -> MessageEditedEvent:
    """Edit the caller's own message, for both users.

    Raises MessageNotFound, MessageDeleted, NotYourMessage, SenderBlocked or TooLateToChange.
    """
    changed = message_changes.edit_message(place.conversation_id, user_id, place.seq, body)
    if changed is None:
        raise _reason(user_id, place)
    return _tell_edited(place, changed)


def _tell_edited(place: MessagePlace, changed: ChangedMessage) -> MessageEditedEvent:
    history_window.forget(place.conversation_id, changed.change_seq)
    event = edited_event(place.conversation_id, changed)
    deliver_to_conversation(place.conversation_id, "message_edited", event, about=place.seq)
    return event


def delete_message(user_id: UUID, place: MessagePlace, *, only_for_me: bool) -> MessageDeletedEvent:
    """Delete the caller's own recent message for both users, or hide any other from the caller alone.

    Raises MessageNotFound.
    """
    changed = None
    if not only_for_me:
        changed = message_changes.delete_message(place.conversation_id, user_id, place.seq)
    if changed is None:
        return _hide(user_id, place)
    return tell_deleted(place, changed)


def tell_deleted(place: MessagePlace, changed: ChangedMessage) -> MessageDeletedEvent:
    """Tell both users' sockets that a message was deleted."""
    history_window.forget(place.conversation_id, changed.change_seq)
    event = deleted_event(place.conversation_id, changed, only_for_you=False)
    deliver_to_conversation(place.conversation_id, "message_deleted", event)
    return event


def _hide(user_id: UUID, place: MessagePlace) -> MessageDeletedEvent:
    try:
        hidden = message_changes.hide_message(place.conversation_id, user_id, place.seq)
    except psycopg.errors.ForeignKeyViolation:
        # The account was deleted meanwhile.
        raise MessageNotFound from None
    if hidden is None:
        raise MessageNotFound
    history_window.forget(place.conversation_id, hidden.change_seq)
    event = deleted_event(place.conversation_id, hidden, only_for_you=hidden.deleted_at is None)
    deliver_to_user(user_id, "message_deleted", event)
    return event


def _reason(user_id: UUID, place: MessagePlace) -> AppError:
    """The error that says why a message could not be changed."""
    found = message_changes.find_message(place.conversation_id, user_id, place.seq)
    if found is None:
        return MessageNotFound()
    if found.created_by != user_id:
        return NotYourMessage()
    if found.is_deleted:
        return MessageDeleted()
    return SenderBlocked() if found.is_blocked else TooLateToChange()
