"""Search conditions on names and locations.

The folded columns are lower-case ASCII and have trigram indexes; the database folds search terms the same way.
"""

from itertools import islice
from typing import Any

from functions.tutors.domain.filters import MAX_TYPO_WORDS, may_be_misspelt
from shared.kit.db.query import Sql, compose

LOCATION = Sql("t.location_folded LIKE '%% ' || fold(%(location)s) || '%%'")
# The planner has statistics on exactly this expression (migration 0005).
LOCATION_ACCENTS = Sql("lower(' ' || t.location) LIKE '%% ' || lower(%(location_accents)s) || '%%'")


def location_conditions(location: str, parameters: dict[str, Any], *, forgiving: bool) -> list[Sql]:
    """The location, or one of its words, starts with the text."""
    text = " ".join(location.split())
    parameters["location"] = _literal(text)
    if text.isascii() or forgiving:
        return [LOCATION]
    parameters["location_accents"] = _accents(text)
    return [LOCATION, LOCATION_ACCENTS]


def name_conditions(name: str, parameters: dict[str, Any], *, forgiving: bool) -> list[Sql]:
    """Every word stands somewhere in the name."""
    conditions = []
    words = dict.fromkeys(name.split())
    misspelt = {*islice(filter(may_be_misspelt, words), MAX_TYPO_WORDS if forgiving else 0)}
    for number, word in enumerate(words):
        key = f"word{number}"
        parameters[key] = _literal(word)
        as_typed = f"t.name_folded LIKE '%%' || fold(%({key})s) || '%%'"
        if word in misspelt:
            # The typo may be in another word, so this one may also match as typed.
            conditions.append(Sql(f"({as_typed} OR {_misspelt(Sql(f'fold(%({key})s)'), len(word) // 2)})"))
            continue
        conditions.append(Sql(as_typed))
        if not word.isascii() and not forgiving:
            parameters[f"{key}_accents"] = _accents(word)
            full_name = "lower(t.first_name || ' ' || t.last_name)"
            conditions.append(Sql(f"{full_name} LIKE '%%' || lower(%({key}_accents)s) || '%%'"))
    return conditions


# One typo leaves the first or the second half of the word intact, or swaps the two letters where the halves meet. An
# index finds these candidates.
MISSPELT = """
(t.name_folded LIKE '%% ' || left({word}, {half}) || '%%'
    OR t.name_folded LIKE '%%' || right({word}, -{half}) || ' %%'
    OR t.name_folded
        LIKE '%% ' || overlay({word} PLACING reverse(substr({word}, {half}, 2)) FROM {half} FOR 2) || ' %%')
AND has_similar_word(t.name_folded, {word})
"""


def _misspelt(word: Sql, half: int) -> Sql:
    """A word of the name has one letter wrong, missing or added, or two neighbouring letters swapped."""
    return compose(MISSPELT, word=word, half=Sql(half))


def _literal(text: str) -> str:
    """Escape LIKE's wildcards in a text."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _accents(text: str) -> str:
    """A LIKE pattern of only the letters with diacritics: a letter typed with one must match exactly."""
    return "".join("_" if character.isascii() else character for character in text)
