"""Reasons for changes that the platform itself gives: stored in Polish, shown in the reader's language."""

from collections.abc import Mapping

from shared.texts import DEFAULT_LANGUAGE, Language, texts

# What cancel_bookings_of_account stores, by the key of its text.
KEYS = {
    "Konto zostało usunięte.": "reason.account_deleted",
    "Konto zostało zawieszone.": "reason.account_suspended",
}


def reasons_in(language: Language) -> Mapping[str, str]:
    """Map stored reasons to a language's texts; empty for the language in which they are stored."""
    # Answers in the stored language need no catalogue, which takes a millisecond to import.
    return {} if language == DEFAULT_LANGUAGE else {stored: texts(language)[key] for stored, key in KEYS.items()}
