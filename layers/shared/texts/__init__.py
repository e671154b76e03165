"""The texts of mails, notifications and errors in each language; they import nothing else.

A language has two tables. `polish.TEXTS` and `english.TEXTS` have the same keys with the same `{placeholders}`; they
are read when a mail or notification is written, and no handler of requests imports them at its start.
"""

from collections.abc import Mapping
from typing import Literal

Language = Literal["pl", "en"]
# For accounts that have chosen none, and for requests whose languages we do not have.
DEFAULT_LANGUAGE: Language = "pl"


def texts(language: Language) -> Mapping[str, str]:
    """The texts of mails and notifications in a language, by key."""
    if language == "en":
        from shared.texts.english import TEXTS
    else:
        from shared.texts.polish import TEXTS
    return TEXTS


def error_texts(language: Language) -> Mapping[str, str]:
    """The texts of errors in a language, by the text in the code; if one is missing, the code's text is used."""
    if language == "en":
        from shared.texts.errors_in_english import ERRORS
    else:
        from shared.texts.errors_in_polish import ERRORS
    return ERRORS
