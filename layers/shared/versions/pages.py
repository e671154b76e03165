"""Page-number pagination as in Django REST framework, built on the API's stricter one."""

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from shared.kit.errors import RecordedError
from shared.kit.http.page_pagination import MAX_SIZE, SIZE
from shared.versions.exchange import Answer, Api, Pair, Request, refusal

PAGE, PAGE_SIZE, LAST = "p", "page_size", "last"


class NoSuchPage(RecordedError):
    """There is no page of this number."""

    status = 404
    body: Any = {"detail": "Niepoprawna strona."}


async def ask_for_page(request: Request, api: Api, path: str = "", *, names: Collection[str] = ()) -> Answer:
    """Request a page of the API's list at `path`, passing these further parameters; its links use the request's path.

    A page that does not exist is 404, `last` means the last page, and an invalid size counts as 10.
    """
    wanted = dict(request.query)
    size = page_size(wanted)
    kept = [each for each in deduplicated(request.query) if each[0] in names]
    asked = request.to(path or request.path)

    async def get(number: int) -> Answer:
        return await api(asked.with_query([*kept, (PAGE, str(number)), (PAGE_SIZE, str(size))]))

    number = page_number(wanted.get(PAGE, "1"))
    if number is None:
        if wanted[PAGE] != LAST:
            return refusal(NoSuchPage())
        first = await get(1)
        if first.status != 200:
            return first
        number = max(1, -(-int(first.json["count"]) // size))
    answer = await get(number)
    if answer.status == 404:
        return refusal(NoSuchPage())
    return answer if answer.status != 200 else _with_links(request, answer, number)


def page_number(text: str) -> int | None:
    """A page number, from 1; None if the text is not one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 and int(text) > 0 else None


def page_size(wanted: dict[str, str]) -> int:
    return min(page_number(wanted.get(PAGE_SIZE, "")) or SIZE, MAX_SIZE)


def _with_links(request: Request, answer: Answer, number: int) -> Answer:
    page = answer.json
    if page["next"]:
        # The requested number and size: the API may have put fewer long results on a page.
        page["next"] = page_link(request, **{name: each[0] for name, each in _query(page["next"]).items()})
    page["previous"] = page_link(request, p=str(number - 1)) if number > 1 else None
    return answer.with_json(page)


def _query(link: str) -> dict[str, list[str]]:
    found = parse_qs(urlsplit(link).query)
    return {name: found[name] for name in (PAGE, PAGE_SIZE)}


def page_link(request: Request, **changes: str) -> str:
    """The path of another page: with the same query, sorted by name, and without a number for the first page."""
    pairs = [each for each in deduplicated(request.query) if each[0] not in changes]
    if PAGE_SIZE not in dict(request.query):
        changes = {name: value for name, value in changes.items() if (name, value) != (PAGE_SIZE, str(SIZE))}
    pairs += [(name, value) for name, value in changes.items() if (name, value) != (PAGE, "1")]
    query = urlencode(sorted(pairs, key=lambda each: each[0]))
    return f"{request.path}?{query}" if query else request.path


def deduplicated(query: list[Pair]) -> list[Pair]:
    """Each parameter with the same value only once, in its last position: the frontend repeats them by the thousand."""
    return list(reversed(dict.fromkeys(reversed(query))))
