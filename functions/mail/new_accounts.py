"""Links written by new accounts are left out of mails: strangers would send spam through our mails."""

import re
from uuid import UUID

from functions.mail.queries import is_new_account
from shared.domain.quotes import NEW_DAYS, has_link
from shared.texts import Language, texts

WORD = re.compile(r"\S+")


def left_out_for(author_id: UUID | None, text: str, language: Language) -> str:
    """The text that replaces links, or "" if the links may stay."""
    if not has_link(text) or not (author_id is None or is_new_account(author_id, NEW_DAYS)):
        return ""
    return texts(language)["unread.left_out"]


def mailable(author_id: UUID | None, text: str, language: Language) -> str:
    """A text as mails may quote it: without links if its author's account is new or deleted."""
    left_out = left_out_for(author_id, text, language)
    return WORD.sub(lambda word: left_out if has_link(word[0]) else word[0], text) if left_out else text
