"""Opening, listing and finding conversations; answers are JSON texts."""

from uuid import UUID

import psycopg

from functions.chat.data import conversations
from functions.chat.domain.errors import ConversationNotFound, ConversationWithOneself, PartnerNotFound
from shared.kit.db.transactions import transaction
from shared.kit.errors import NotFound
from shared.kit.http.cursor_pagination import fit_page


def open_conversation(user_id: UUID, partner_id: UUID) -> tuple[str, bool]:
    """The conversation of two people, and whether it is new. Raises ConversationWithOneself or PartnerNotFound."""
    if partner_id == user_id:
        raise ConversationWithOneself
    try:
        with transaction() as db:
            if not conversations.lock_partner(db, partner_id):
                raise PartnerNotFound
            added = conversations.add_conversation(db, user_id, partner_id)
    except psycopg.errors.ForeignKeyViolation:
        raise PartnerNotFound from None
    if added is not None:
        return conversations.get_conversation(user_id, added), True
    return get_conversation_with(user_id, partner_id), False


def list_conversations(user_id: UUID) -> list[str]:
    """A user's conversations, the one with the newest activity first; as many as fit into an answer."""
    return fit_page(conversations.list_conversations(user_id))


def get_conversation(user_id: UUID, conversation_id: UUID) -> str:
    """A conversation of a user's. Raises NotFound."""
    found = conversations.find_conversation(user_id, conversation_id)
    if found is None:
        raise NotFound
    return found


def get_conversation_with(user_id: UUID, partner_id: UUID) -> str:
    """The conversation of two people. Raises ConversationNotFound."""
    found = conversations.find_with_partner(user_id, partner_id)
    if found is None:
        raise ConversationNotFound
    return found
