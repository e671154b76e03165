"""Adding reactions to messages and removing them."""

from uuid import UUID

from functions.chat.actions.deliver import deliver_to_conversation
from functions.chat.data import history_window, message_changes, reactions
from functions.chat.domain.changes import reactions_event
from functions.chat.domain.errors import MessageDeleted, MessageNotFound, SenderBlocked, TooManyReactions
from functions.chat.domain.events import ReactionChangedEvent
from functions.chat.domain.messages import MessagePlace
from shared.kit.psycopg import psycopg


def react(user_id: UUID, place: MessagePlace, emoji: str, *, on: bool) -> ReactionChangedEvent:
    """Add an emoji to a message, or remove the user's own; both are idempotent.

    Raises MessageNotFound, MessageDeleted, SenderBlocked or TooManyReactions.
    """
    try:
        changed = reactions.set_reaction(place.conversation_id, user_id, place.seq, emoji, on=on)
    except psycopg.errors.CheckViolation:
        raise TooManyReactions from None
    except psycopg.errors.ForeignKeyViolation:
        # The account was deleted meanwhile.
        raise MessageNotFound from None
    if changed is None:
        raise _reason(user_id, place)
    history_window.forget(place.conversation_id, changed.change_seq)
    # Each event carries all reactions at one moment, so the event with the higher number wins, whichever arrives first.
    event = reactions_event(place, changed.id, reactions.get_reactions(place.conversation_id, place.seq))
    deliver_to_conversation(place.conversation_id, "reaction_changed", event, about=place.seq)
    return event


def _reason(user_id: UUID, place: MessagePlace) -> MessageNotFound | MessageDeleted | SenderBlocked:
    """The error that says why the reaction was not stored."""
    found = message_changes.find_message(place.conversation_id, user_id, place.seq)
    if found is None:
        return MessageNotFound()
    return MessageDeleted() if found.is_deleted else SenderBlocked()
