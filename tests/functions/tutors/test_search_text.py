"""Names and locations as people type them."""

from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.people import People, query
from tests.support.tutor_search import found

NAMES = (
    ("Łucja", "Żółkiewska"),
    ("Grzegorz", "Brzęczyszczykiewicz"),
    ("Wojciech", "Nowak"),
    ("Małgorzata", "Dąbrowska-Śliwa"),
    ("Jan", "Kowalski"),
    ("Świętosława", "Ćwik"),
)
FOLDED = tuple(name.lower().translate(str.maketrans("ąćęłńóśźż-", "acelnoszz ")) for name in map(" ".join, NAMES))
LETTERS = "abcdefghijklmnoprstuwyz"


@pytest.fixture
def tutors(people: People) -> People:
    for first, last in NAMES:
        people.tutor(first_name=first, last_name=last)
    return people


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("lucja", "Łucja"),
        ("ŁUCJA", "Łucja"),
        ("zolkiewska", "Łucja"),
        ("Żółkiewska Łucja", "Łucja"),
        ("kiew lu", "Łucja"),
        ("brzeczyszcz", "Grzegorz"),
        ("nowak  wojciech", "Wojciech"),
        ("nowak nowak", "Wojciech"),
        ("sliwa malg", "Małgorzata"),
        ("dabrowska-sliwa", "Małgorzata"),
        ("dabrowska sliwa", "Małgorzata"),
        ("SWIETOSLAWA cwik", "Świętosława"),
        ("ko\u0301walski", "Jan"),
    ],
)
def test_words_match_in_any_order_and_without_diacritics(tutors: People, typed: str, name: str) -> None:
    assert found(f"search_by_full_name={typed}") == [name]


def test_every_word_must_match(tutors: People) -> None:
    assert found("search_by_full_name=jan nowak") == []
    assert found("search_by_full_name=wojciech kowalski") == []


def test_a_typed_diacritic_must_match_unless_nothing_does(people: People) -> None:
    people.tutor(first_name="Łucja", last_name="Nowak")
    assert found("search_by_full_name=łucja") == ["Łucja"]
    people.tutor(first_name="Lucja", last_name="Nowak")
    assert found("search_by_full_name=łucja") == ["Łucja"]
    assert sorted(found("search_by_full_name=lucja")) == ["Lucja", "Łucja"]
    query("DELETE FROM users WHERE first_name = 'Łucja'")
    assert found("search_by_full_name=łucja") == ["Lucja"]
    assert found("search_by_full_name=łućja nówak") == ["Lucja"]


@pytest.mark.parametrize(
    ("typed", "locations"),
    [
        ("lodz", ["Lodz Stare", "Łódź"]),
        ("łódź", ["Łódź"]),
        ("ŁÓ", ["Łódź"]),
        ("lodz s", ["Lodz Stare"]),
        ("łódź s", ["Lodz Stare"]),
        ("podg", ["Kraków - Podgórze", "Kraków-Podgórze"]),
        ("krakow  - podgorze", ["Kraków - Podgórze"]),
        ("gorze", []),
        ("odz", []),
        ("stare lodz", []),
        ("krakwo", []),
        ("", ["Kraków - Podgórze", "Kraków-Podgórze", "Lodz Stare", "Łódź"]),
    ],
)
def test_a_location_is_found_by_the_start_of_its_words(people: People, typed: str, locations: list[str]) -> None:
    for place in ("Łódź", "Lodz Stare", "Kraków - Podgórze", "Kraków-Podgórze"):
        people.tutor(first_name=place, tutor={"location": place})
    assert sorted(found(f"tutoring_location={typed}")) == locations


def slips(word: str) -> list[str]:
    """Return the word with one letter wrong, missing, added or swapped with the next."""
    places = range(len(word))
    return [
        *(word[:at] + letter + word[at + 1 :] for at in places for letter in "xq"),
        *(word[:at] + word[at + 1 :] for at in places),
        *(word[:at] + letter + word[at:] for at in (*places, len(word)) for letter in "xq"),
        *(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places[:-1]),
    ]


@pytest.mark.parametrize("word", ["kowalski", "nowak", "cwik"])
def test_any_single_typo_is_tolerated(tutors: People, word: str) -> None:
    owner = next(first for (first, _last), folded in zip(NAMES, FOLDED, strict=True) if word in folded.split())
    missed = [slip for slip in slips(word) if len(slip) >= 4 and owner not in found(f"search_by_full_name={slip}")]
    assert missed == []


def test_typos_are_tolerated_in_words_of_four_letters_and_more(tutors: People) -> None:
    assert found("search_by_full_name=jnowak") == ["Wojciech"]
    for typed in ("jna", "kowa1ski", "kowal'ski", "ćwi.", "nov"):
        assert found(f"search_by_full_name={typed}") == [], typed


def test_two_typos_in_a_word_are_not_tolerated(tutors: People) -> None:
    for typed in ("kowasklo", "nwoka", "kwlaski"):
        assert found(f"search_by_full_name={typed}") == [], typed


def test_typos_are_tolerated_only_if_nothing_matches_exactly(people: People) -> None:
    people.tutor(first_name="Ewa", last_name="Kowalska")
    people.tutor(first_name="Jan", last_name="Kowalski")
    assert found("search_by_full_name=kowalska") == ["Ewa"]
    assert sorted(found("search_by_full_name=kowalsko")) == ["Ewa", "Jan"]
    assert found("search_by_full_name=kowalsko&price__gte=101") == []


def test_a_typo_in_one_word_does_not_affect_the_start_of_another(tutors: People) -> None:
    assert found("search_by_full_name=wojc nwoak") == ["Wojciech"]
    assert found("search_by_full_name=jna kowalski") == []
    assert found("search_by_full_name=kowalksi jan") == ["Jan"]


@given(data=st.data())
@settings(max_examples=60)
def test_parts_of_a_name_find_its_owner(tutors: People, data: st.DataObject) -> None:
    """Also if its words are shortened, shuffled or without diacritics."""
    number = data.draw(st.integers(0, len(NAMES) - 1))
    spelling = data.draw(st.sampled_from((" ".join(NAMES[number]), FOLDED[number], " ".join(NAMES[number]).upper())))
    words = []
    for word in data.draw(st.lists(st.sampled_from(spelling.replace("-", " ").split()), min_size=1, max_size=4)):
        start = data.draw(st.integers(0, len(word) - 1))
        words.append(word[start : data.draw(st.integers(start + 1, len(word)))])
    assert NAMES[number][0] in found(f"search_by_full_name={' '.join(words)}")


@given(words=st.lists(st.text(alphabet=LETTERS + "-_%\\'\"*?.1", min_size=1, max_size=3), max_size=3))
@settings(max_examples=150)
def test_short_words_find_exactly_the_names_that_contain_them(tutors: People, words: list[str]) -> None:
    folded = [word.replace("-", " ") for word in words]
    expected = [
        first for (first, _last), name in zip(NAMES, FOLDED, strict=True) if all(word in f" {name} " for word in folded)
    ]
    typed = " ".join(words).replace("%", "%25")
    assert sorted(found(f"search_by_full_name={typed}")) == sorted(expected)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_search_finds_the_same_in_every_normalization_form(people: People, form: Literal["NFC", "NFD"]) -> None:
    people.tutor(first_name="Łucja", last_name="Żółw", tutor={"location": "Łódź", "skills": ["Hiszpański"]})
    people.tutor(first_name="Lucja", last_name="Zolw", tutor={"location": "Lodz", "skills": ["Fizyka"]})
    for asked in ("search_by_full_name=Żółw", "tutoring_location=Łódź", "skills=Hiszpański"):
        assert found(normalize(form, asked)) == ["Łucja"]
