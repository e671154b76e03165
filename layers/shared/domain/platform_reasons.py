"""Reasons of changes that the platform gives, not people: stored in Polish, read in the reader's language."""

from collections.abc import Mapping

from shared.texts import DEFAULT_LANGUAGE, Language, texts

# What cancel_bookings_of_account stores, by the key of its text.
KEYS = {
    "Konto zostało usunięte.": "reason.account_deleted",
    "Konto zostało zawieszone.": "reason.account_suspended",
}


def reasons_in(language: Language) -> Mapping[str, str]:
    """What such reasons are in a language, by what is stored; without those that are the same there."""
    # Answers in the stored language need no catalogue, which takes a millisecond to import.
    return {} if language == DEFAULT_LANGUAGE else {stored: texts(language)[key] for stored, key in KEYS.items()}
