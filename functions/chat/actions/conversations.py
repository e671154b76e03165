"""Opening, listing and finding conversations; answers are JSON texts."""

import json
from uuid import UUID

from functions.chat.actions.deliver import deliver_to_sockets, find_user_sockets
from functions.chat.data import conversations, own_conversations
from functions.chat.domain.errors import ConversationNotFound, ConversationWithOneself, PartnerNotFound
from shared.kit.db.transactions import transaction
from shared.kit.errors import NotFound
from shared.kit.http.cursor_pagination import fit_page
from shared.kit.http.page_pagination import PageNumber
from shared.kit.psycopg import psycopg


def open_conversation(user_id: UUID, partner_id: UUID) -> tuple[str, bool]:
    """The conversation of two users, and whether it is new. Raises ConversationWithOneself or PartnerNotFound."""
    if partner_id == user_id:
        raise ConversationWithOneself
    try:
        with transaction() as db:
            if not conversations.lock_partner(db, partner_id):
                raise PartnerNotFound
            added = conversations.add_conversation(db, user_id, partner_id)
            # Read before the commit: once the commit releases its row, an account may be deleted.
            item = conversations.get_conversation(db, user_id, added) if added else ""
    except psycopg.errors.ForeignKeyViolation:
        raise PartnerNotFound from None
    if added is not None:
        for member_id in (user_id, partner_id):
            _tell_created(member_id, added)
        return item, True
    return get_conversation_with(user_id, partner_id), False


def _tell_created(user_id: UUID, conversation_id: UUID) -> None:
    """Send a new conversation to a user's sockets, in the form in which it is listed for them."""
    sockets = find_user_sockets(user_id)
    if sockets and (found := own_conversations.find_conversation(user_id, conversation_id)):
        deliver_to_sockets(sockets, "conversation_created", json.loads(found))


def list_conversations(user_id: UUID, *, attachments: bool) -> list[str]:
    """A user's conversations, most recently active first; as many as fit into a response."""
    return fit_page(conversations.list_conversations(user_id, attachments=attachments))


def get_conversation(user_id: UUID, conversation_id: UUID, *, attachments: bool) -> str:
    """One of a user's conversations. Raises NotFound."""
    found = conversations.find_conversation(user_id, conversation_id, attachments=attachments)
    if found is None:
        raise NotFound
    return found


def list_own_conversations(user_id: UUID, page: PageNumber, path: str, *, archived: bool, only_unread: bool) -> str:
    """A page of a user's conversations as JSON text, with the total of unread messages. Raises NotFound."""
    found = own_conversations.list_conversations(user_id, page, archived=archived, only_unread=only_unread)
    return page.wrap(path, found.count, found.results, unread=found.unread)


def get_conversation_with(user_id: UUID, partner_id: UUID) -> str:
    """The conversation of two users. Raises ConversationNotFound."""
    found = conversations.find_with_partner(user_id, partner_id)
    if found is None:
        raise ConversationNotFound
    return found
