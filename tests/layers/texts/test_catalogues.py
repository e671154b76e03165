"""The catalogues of mails and notifications: every kind in every language."""

import re
from string import Formatter
from typing import get_args

import pytest

from functions.notifications.domain.recipients import EMAIL_RECIPIENTS, NOTIFICATION_RECIPIENTS
from shared.domain.booking_events import BookingEventType
from shared.texts import Language, english, polish, texts
from tools.cloud.project import ROOT

LANGUAGES = get_args(Language)
POLISH_LETTERS = re.compile("[ąćęłńóśźż]", re.IGNORECASE)


def placeholders(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name}


def test_both_catalogues_have_the_same_keys_in_the_same_order() -> None:
    assert list(polish.TEXTS) == list(english.TEXTS)


@pytest.mark.parametrize("key", polish.TEXTS)
def test_texts_have_the_same_placeholders_and_different_wordings(key: str) -> None:
    in_polish, in_english = polish.TEXTS[key], english.TEXTS[key]
    assert placeholders(in_polish) == placeholders(in_english)
    assert in_polish.strip() == in_polish != ""
    assert not POLISH_LETTERS.search(in_english)
    assert in_polish != in_english or key in {"form.online", "minutes"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reported_event_has_its_texts(language: Language) -> None:
    words = texts(language)
    for event in get_args(BookingEventType):
        assert words[f"headline.{event}"]
    for event, roles in EMAIL_RECIPIENTS.items():
        assert [words[f"opening.{event}.{role}"] for role in roles]
    assert set(NOTIFICATION_RECIPIENTS) <= set(get_args(BookingEventType))


def test_no_key_is_unused() -> None:
    """A key that the code no longer names belongs to an unused text."""
    sources = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers/shared/domain").rglob("*.py")]
    code = "".join(path.read_text() for path in sources)
    literals = set(re.findall(r"""["']([a-z_.]*(?:\{[^}"']+\}[a-z_.]*)*)["']""", code))
    patterns = {re.sub(r"\\{.*?\\}", "[a-z_0-9]+", re.escape(literal)) for literal in literals if literal}
    named = re.compile("|".join(pattern for pattern in patterns if pattern != "[a-z_0-9]+"))
    assert [key for key in polish.TEXTS if not named.fullmatch(key)] == []
