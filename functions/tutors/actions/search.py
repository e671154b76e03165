"""Search tutors, and count what searches would find."""

from dataclasses import dataclass

from functions.tutors.data import search
from functions.tutors.data.facet_statement import COUNTED
from functions.tutors.data.known_skills import are_fresh, are_rare, unknown_skills
from functions.tutors.domain.errors import UnknownSkillSearched
from functions.tutors.domain.filters import Filters
from functions.tutors.domain.read_filters import read_filters
from shared.kit.db.libpq import Row
from shared.kit.db.steps import IN_A_THREAD, Steps
from shared.kit.http.cursor_pagination import Cursor, fit_page
from shared.kit.json import json_text


@dataclass(slots=True)
class CardPage:
    """Cards as JSON, and the query of the next page if there is one."""

    cards: list[bytes]
    next_query: list[tuple[str, str]] | None


def search_tutors(query: bytes) -> Steps[CardPage]:
    """One page of cards. A page with long descriptions is cut short to fit into a response.

    Raises FieldErrors or UnknownSkillSearched.
    """
    filters = read_filters(query)
    if not are_fresh(filters.skills):
        yield IN_A_THREAD
    _check_skills(filters)
    hits = yield from _matches(filters)
    cards = fit_page([card for _id, _value, card in hits[: filters.page_size]])
    if len(cards) == len(hits):
        return CardPage(cards, None)
    last_id, last_value, _card = hits[len(cards) - 1]
    cursor = Cursor(filters.order.name, last_value.decode(), int(last_id))
    return CardPage(cards, [*filters.query, ("cursor", cursor.text())])


def _check_skills(filters: Filters) -> None:
    """Check that all skills are known. Raises UnknownSkillSearched."""
    if unknown := unknown_skills(filters.skills):
        raise UnknownSkillSearched(unknown[0])
    filters.has_rare_skills = bool(filters.skills) and are_rare(filters.skills)


def _matches(filters: Filters) -> Steps[list[Row]]:
    """Exact matches; if there are none, matches ignoring diacritics and one typo."""
    if not filters.can_match:
        return []
    hits = yield from search.search(filters)
    if not hits and filters.may_be_forgiven:
        hits = yield from search.search(filters, forgiving=True)
    return hits


def count_facets(query: bytes) -> str:
    """How many tutors a search would find by skill and by location, as JSON text.

    Raises FieldErrors or UnknownSkillSearched.
    """
    filters = read_filters(query)
    _check_skills(filters)
    if not filters.can_match:
        return '{"complete":true,"skills":{},"locations":{}}'
    found = search.count_facets(filters)
    if not found.matching and filters.may_be_forgiven:
        found = search.count_facets(filters, forgiving=True)
    complete = json_text(filters.free_time is None or found.counted < COUNTED)
    return f'{{"complete":{complete},"skills":{found.skills},"locations":{found.locations}}}'
