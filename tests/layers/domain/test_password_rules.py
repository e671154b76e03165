"""Which passwords are accepted."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.password_rules import WeakPassword, check_password_rules

SHORT = "To hasło jest za krótkie. Musi zawierać co najmniej 8 znaków."
COMMON, DIGITS = "To hasło jest zbyt powszechne.", "Hasło składa się wyłącznie z cyfr."
EMAIL, FIRST, LAST = (f"Hasło jest zbyt podobne do {name}." for name in ("email", "first name", "last name"))
PERSON = {"email": "ola.nowakowska@example.com", "first_name": "Aleksandra", "last_name": "Nowakowska"}


def complaints(password: str, **changes: str) -> list[str]:
    try:
        check_password_rules(password, **PERSON | changes)
    except WeakPassword as error:
        found: list[str] = error.body["password"]
        return found
    return []


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Zielona!Herbata7", []),
        ("żółw i kaczka", []),
        ("correct horse battery staple", []),
        ("Zielon!7", []),
        ("Zielo!7", [SHORT]),
        ("", [SHORT]),
        ("password", [COMMON]),
        ("PassWord", [COMMON]),
        (" password ", [COMMON]),
        ("8371625490", [DIGITS]),
        ("١٢٣٤٥٦٧٨٩", [DIGITS]),
        ("12345", [SHORT, COMMON, DIGITS]),
        ("Aleksandra1", [FIRST]),
        ("ALEKSANDRA!", [FIRST]),
        ("nowakowska7", [EMAIL]),
        ("ola.nowakowska@example.com", [EMAIL]),
        ("example1", [EMAIL]),
        ("x" * 128, [COMMON]),
        ("Aa1!" * 32, []),
        ("aaaaaaaa", [COMMON]),
        ("Password1!", [COMMON]),
        ("P@$$w0rd!", [COMMON]),
        ("qwertyuiop" * 12, [COMMON]),
        ("01.02.2003", [COMMON]),
        ("aaaaaaaaaa" * 5 + "żółw!Kaczka7", []),
        ("Nowakowska", [EMAIL]),
    ],
)
def test_all_violated_rules_are_listed_in_order(password: str, expected: list[str]) -> None:
    assert complaints(password) == expected


def test_only_the_first_of_several_similarities_is_reported() -> None:
    assert complaints("Nowakowska7") == [EMAIL]
    assert complaints("Nowakowska7", email="o@example.com") == [LAST]
    assert complaints("Nowakowska7", email="o@example.com", first_name="nowakowska") == [FIRST]


def test_absent_names_are_similar_to_nothing() -> None:
    assert complaints("Zielona!Herbata7", email="", first_name="", last_name="") == []


@pytest.mark.parametrize("length", [4, 8, 16, 64, 255])
def test_a_password_must_not_be_a_name_of_any_length(length: int) -> None:
    name = ("Brzęczyszczykiewicz" * 20)[:length]
    assert complaints(name, email="o@example.com", first_name="", last_name=name)[0] == LAST


@given(st.text(max_size=128), st.text(max_size=255), st.text(max_size=255))
def test_any_texts_can_be_compared(password: str, first_name: str, last_name: str) -> None:
    found = complaints(password, first_name=first_name, last_name=last_name)
    assert (SHORT in found) == (len(password) < 8)
    assert len(found) == len(set(found)) <= 4


@pytest.mark.parametrize("text", ["4@8({[<631!|710$5+%z", "1234567890@!|$a", "1l|!7", "@4$5", "ąćę"])
def test_no_password_takes_long_to_check(text: str) -> None:
    complaints("warm up the words")
    started = time.process_time()
    complaints((text * 128)[:128])
    assert time.process_time() - started < 1
