"""The texts of mails, notifications and errors in each language; they import nothing else.

A language has two tables. `polish.TEXTS` and `english.TEXTS` have the same keys with the same `{placeholders}`; they
are read when a mail or notification is written, and no handler of requests imports them.
"""

from collections.abc import Mapping
from typing import Literal

Language = Literal["pl", "en"]
# Of accounts that have chosen none, and of callers that ask for none of ours.
DEFAULT_LANGUAGE: Language = "pl"


def texts(language: Language) -> Mapping[str, str]:
    """What mails and notifications say in a language, by key."""
    if language == "en":
        from shared.texts.english import TEXTS
    else:
        from shared.texts.polish import TEXTS
    return TEXTS


def error_texts(language: Language) -> Mapping[str, str]:
    """What errors say in a language, by the text in the code; one that is missing is the same there."""
    if language == "en":
        from shared.texts.errors_in_english import ERRORS
    else:
        from shared.texts.errors_in_polish import ERRORS
    return ERRORS
