"""Emails about messages that the addressee has not read."""

from uuid import UUID

from functions.mail.email_message import Email, Fact
from functions.mail.greetings import greeting
from functions.mail.repository import Addressee
from shared.data.unread_messages import find_unread_messages
from shared.domain.names import full_name
from shared.domain.platform_settings import platform_settings
from shared.domain.quotes import NEW_DAYS, quote
from shared.texts import texts


def unread_messages_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """Who wrote, and how the oldest message begins; None if all was read meanwhile."""
    conversation_id = UUID(int=payload["conversation"])
    found = find_unread_messages(conversation_id, to.user_id, NEW_DAYS)
    if found is None:
        return None
    words = texts(to.language)
    name = full_name(found.first_name, found.last_name) or words["nameless.anybody"]
    left_out = words["unread.left_out"] if found.is_by_new_account else ""
    subject = words["unread.subject" if found.number == 1 else "unread.subject_many"]
    return Email(
        subject=subject.format(name=name, number=found.number),
        greeting=greeting(to.first_name, to.language),
        before=words["unread.before"],
        facts=(Fact(words["fact.from"], name), Fact(words["fact.message"], quote(found.body, left_out))),
        link_text=words["unread.link"],
        link=conversation_link(conversation_id),
        after=words["unread.after"],
        language=to.language,
    )


def conversation_link(conversation_id: UUID) -> str:
    """The frontend's page of a conversation; a frontend without such a page shows its start page."""
    settings = platform_settings()
    address = settings.chat_url or f"{settings.front_url}/?conversation_id={{conversation}}"
    return address.replace("{conversation}", str(conversation_id))
