"""Database functions agree with Python, or with a rule, for any input."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.timestamps import format_time
from tests.conftest import read_settings_again
from tests.support.people import query

SLOW = settings(max_examples=60)
# Whole offsets, half hours, local mean times with seconds, and a zone that crossed the date line.
ZONES = (
    "Europe/Warsaw",
    "UTC",
    "America/New_York",
    "America/St_Johns",
    "Africa/Monrovia",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
FIRST, LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
MOMENTS = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
NOWADAYS = st.timedeltas(timedelta(), timedelta(days=250 * 365)).map(datetime(1850, 1, 1, tzinfo=UTC).__add__)


def written(moments: list[datetime], zone: str) -> list[str]:
    statement = "SELECT format_time(moment, %s) FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS m (moment, place)"
    return [row[0] for row in query(f"{statement} ORDER BY place", zone, moments)]


@pytest.mark.parametrize("zone", ZONES)
@given(moments=st.lists(MOMENTS | NOWADAYS, min_size=1, max_size=40))
@SLOW
def test_sql_and_python_format_times_identically(
    platform: None, monkeypatch: pytest.MonkeyPatch, zone: str, moments: list[datetime]
) -> None:
    monkeypatch.setenv("TIME_ZONE", zone)
    read_settings_again()
    whole = [moment.replace(microsecond=0) for moment in moments]
    try:
        assert written(moments + whole, zone) == [format_time(moment) for moment in moments + whole]
    finally:
        monkeypatch.delenv("TIME_ZONE")
        read_settings_again()


def test_times_around_clock_changes(platform: None) -> None:
    start = datetime(2034, 3, 25, 23, tzinfo=UTC)
    autumn = datetime(2034, 10, 28, 23, tzinfo=UTC)
    moments = [begin + timedelta(minutes=15 * step) for begin in (start, autumn) for step in range(16)]
    assert written(moments, "Europe/Warsaw") == [format_time(moment) for moment in moments]
    assert written([autumn + timedelta(hours=1)], "Europe/Warsaw") == ["2034-10-29T02:00:00+02:00"]
    assert written([autumn + timedelta(hours=2)], "Europe/Warsaw") == ["2034-10-29T02:00:00+01:00"]


def folded(text: str) -> str:
    return str(query("SELECT fold(%s)", text)[0][0])


def test_polish_letters_fold_to_ascii(platform: None) -> None:
    assert folded("ĄĆĘŁŃÓŚŹŻ ąćęłńóśźż") == "acelnoszz acelnoszz"
    assert folded("Müller Citroën Ørsted Straße") == "muller citroen orsted strasse"
    assert folded("Dąbrowska-Śliwa") == "dabrowska sliwa"
    assert query("SELECT fold(NULL), is_one_edit_apart(NULL, 'a')") == [(None, None)]


LATIN = st.text(st.characters(max_codepoint=0x17F, exclude_categories=("Cs", "Cc")), max_size=20)


@given(one=LATIN, other=LATIN)
@SLOW
def test_folding_works_per_letter_is_idempotent_and_ignores_case(platform: None, one: str, other: str) -> None:
    assert folded(one + other) == folded(one) + folded(other)
    assert folded(folded(one)) == folded(one)
    assert query("SELECT fold(upper(%s)) = fold(lower(%s))", one, one)[0][0]


SHORT = st.text("abc", max_size=6)


def slips(word: str) -> set[str]:
    """The word and all variants with one letter wrong, missing, added or swapped."""
    places = range(len(word))
    return {
        word,
        *(word[:at] + word[at + 1 :] for at in places),
        *(word[:at] + letter + word[at + 1 :] for at in places for letter in "abcx"),
        *(word[:at] + letter + word[at:] for at in range(len(word) + 1) for letter in "abcx"),
        *(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places[:-1]),
    }


@given(word=SHORT, others=st.lists(SHORT, min_size=1, max_size=60))
@SLOW
def test_words_one_edit_apart_differ_by_one_typing_mistake(platform: None, word: str, others: list[str]) -> None:
    candidates = [*others, *slips(word)]
    statement = (
        "SELECT other, is_one_edit_apart(other, %s), is_one_edit_apart(%s, other) FROM unnest(%s::text[]) AS other"
    )
    for other, apart, other_way in query(statement, word, word, candidates):
        assert (apart, other_way) == (other in slips(word), other in slips(word)), other
