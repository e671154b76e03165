"""The language of an answer, and the texts of errors in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.kit.http.localized_errors import (
    ACCOUNT_LANGUAGE,
    MAX_RANGES,
    choose_language,
    localize,
    localized,
    preferred_language,
)
from shared.texts.errors_in_english import ERRORS as ENGLISH
from shared.texts.errors_in_polish import ERRORS as POLISH
from tools.cloud.project import ROOT

POLISH_LETTERS = re.compile("[ąćęłńóśźż]", re.IGNORECASE)
# Modules whose texts belong only to recorded endpoints, or are examples in the API description.
RECORDED_OR_EXAMPLES = {
    "functions/accounts/service.py",
    "functions/availability/actions/schedule_items.py",
    "functions/chat/api/file_routes.py",
    "functions/chat/domain/commands.py",
    "functions/chat/domain/errors.py",
    "functions/notifications/api/responses.py",
    "layers/shared/kit/pictures/decoder.py",
    "functions/profiles/pictures.py",
    "functions/profiles/routes.py",
    "functions/reviews/schemas.py",
    "functions/tutors/api/responses.py",
    "functions/tutors/data/search.py",
    "functions/tutors/domain/commands.py",
    "functions/tutors/domain/errors.py",
}
# Texts in the examples of commands, and a part that never appears alone.
NOT_SHOWN = {
    "Załącznik usunięty",
    "Całki, proszę.",
    "całki from:ola",
    "Dzień dobry!",
    "Obraża mnie.",
    "Wysyła spam.",
    "Zwykła rozmowa.",
    "Wiadomość usunięta",
    " Czy chodziło o „{}”?",
    # Keys, not texts: the database writes them as reasons (`shared.domain.platform_reasons`).
    "Konto zostało usunięte.",
    "Konto zostało zawieszone.",
}


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "pl"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("pl, en", "pl"),
        ("en, pl", "en"),
        ("pl;q=0.5, en;q=0.8", "en"),
        ("en;q=0.5,pl;q=0.501", "pl"),
        ("de, fr;q=0.9, en;q=0.1", "en"),
        ("de", "pl"),
        ("*", "pl"),
        ("pl;q=0, *", "en"),
        ("pl;q=0", "pl"),
        ("de, *;q=0.1, pl;q=0.05", "en"),
        ("en;q=0, *;q=0.5", "pl"),
        ("en-US;q=0, en;q=0.5", "en"),
        ("en;q=2, pl;q=0.1", "pl"),
        ("en;q=, pl;q=0.1", "pl"),
        ("en ; q=1.000 , pl;q=0.999", "en"),
        (";;,,q=1,-", "pl"),
        ("en\u00ff", "pl"),
    ],
)
def test_the_language_with_the_highest_quality_is_chosen(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language


def test_the_number_of_language_ranges_read_is_limited() -> None:
    """A header has room for thousands, and every refused request would read them."""
    assert preferred_language("de," * (MAX_RANGES - 1) + "en") == "en"
    assert preferred_language("de," * MAX_RANGES + "en") == "pl"


def test_the_language_of_the_account_takes_precedence_over_the_header() -> None:
    scope: dict[str, Any] = {"headers": [(b"accept-language", b"en")]}
    assert choose_language(scope) == ("en", True)
    assert choose_language({**scope, ACCOUNT_LANGUAGE: "pl"}) == ("pl", False)


def literals(path: Path) -> Iterator[str]:
    """Return the texts of a module without its docstrings; `{}` stands for each value."""
    tree = ast.parse(path.read_text())
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            passed.update(id(each) for each in ast.walk(node.body[0]))
        if isinstance(node, ast.JoinedStr):
            passed.update(map(id, node.values))
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.value


def test_every_text_of_unrecorded_errors_has_an_english_translation() -> None:
    """A new text gets a line in `shared/texts/errors_in_english.py`."""
    folders = ("functions", "layers/shared/kit", "layers/shared/domain")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    missing = {
        text
        for path in paths
        if path.relative_to(ROOT).as_posix() not in RECORDED_OR_EXAMPLES
        for text in literals(path)
        if POLISH_LETTERS.search(localize(text, "en"))
    }
    assert missing - NOT_SHOWN == set()


def test_every_translated_text_is_used_in_the_code() -> None:
    paths = [path for folder in ("functions", "layers/shared") for path in (ROOT / folder).rglob("*.py")]
    written = {text for path in paths if path.parent.name != "texts" for text in literals(path)}
    told = "\n".join(sorted(written))
    for text in {**ENGLISH, **POLISH}:
        beginning = text.partition("{}")[0].partition("Czy chodz")[0].partition("Znane")[0].partition(": line")[0]
        assert beginning.strip() in told or "otrzyma" in beginning, text


@pytest.mark.parametrize("catalogue", [ENGLISH, POLISH], ids=["en", "pl"])
def test_a_translation_uses_only_values_of_its_text(catalogue: dict[str, str]) -> None:
    for text, wording in catalogue.items():
        values = [str(number) for number in range(text.count("{}"))]
        assert "{" not in wording.format(*values)
        assert wording.count("{}") in {0, len(values)}


def test_any_values_are_carried_over_into_the_translation() -> None:
    assert localize("Nieznana nazwa „{0} {x”. Czy chodziło o „start_time”?", "en") == (
        "Unknown name “{0} {x”. Did you mean “start_time”?"
    )
    assert localize("Upewnij się, że to pole ma nie więcej niż 255 znaków.", "en") == (
        "This must be at most 255 characters long."
    )
    assert localize("JSON parse error - Expecting value: line 1 column 11 (char 10)", "pl") == (
        "Treść żądania nie jest poprawnym JSON-em (wiersz 1, kolumna 11)."
    )


def test_only_the_texts_of_a_body_are_localized() -> None:
    blank = "To pole nie może być puste."
    body = {"detail": blank, "code": blank, "name": [blank], "bookings": [{"note": blank, "id": 1}], "count": 1}
    english = "This field must not be blank."
    assert localized(body, "en") == {**body, "detail": english, "name": [english]}
    assert localized([blank], "en") == [english]


@pytest.mark.parametrize(("value", "name"), [("str", "a text"), ("NoneType", "null"), ("list", "a list")])
def test_python_s_names_of_types_are_not_shown(value: str, name: str) -> None:
    text = f"Niepoprawne dane. Oczekiwano słownika, otrzymano  {value}."
    assert localize(text, "en") == f"Expected an object, but got {name}."
    assert localize(text, "pl") != text
