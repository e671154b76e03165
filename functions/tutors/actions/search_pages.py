"""Search tutors by page number, for clients that show how many pages there are."""

from functions.tutors.data import search_pages
from functions.tutors.data.known_skills import unknown_skills
from functions.tutors.domain.errors import UnknownSkillSearched
from functions.tutors.domain.read_filters import read_filters
from shared.kit.http.page_pagination import PageNumber


def search_page(query: bytes, page: PageNumber, path: str) -> str:
    """A page of cards as JSON text. Raises FieldErrors, UnknownSkillSearched, or NotFound beyond the last page."""
    filters = read_filters(query)
    if unknown := unknown_skills(filters.skills):
        raise UnknownSkillSearched(unknown[0])
    if not filters.can_match:
        return page.wrap(path, 0, "[]")
    found = search_pages.find_page(filters, page)
    if not found.count and filters.may_be_forgiven:
        found = search_pages.find_page(filters, page, forgiving=True)
    return page.wrap(path, found.count, found.results)
