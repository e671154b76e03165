"""The export of all data of an account, as its owner fetches it."""

from typing import Any

from functions.accounts import queries
from functions.accounts.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person

call = LambdaClient(handler)
PATH = "/api/user/export/"
SINGLE, LISTS = list(queries.SINGLES), list(queries.LISTS)


def pages(person: Person) -> list[Answer]:
    """The first page and all further ones, by Link headers."""
    found = [call("GET", PATH, token=person.access)]
    while link := found[-1].headers.get("link"):
        target, _, relation = link.partition(">")
        assert relation == '; rel="next"'
        found.append(call("GET", target.removeprefix("<"), token=person.access))
        assert found[-1].status == 200
    return found


def whole(person: Person) -> dict[str, Any]:
    """All pages put together."""
    first, *others = [page.json for page in pages(person)]
    for page in others:
        for part in SINGLE:
            assert first[part] is None or page[part] is None
            first[part] = first[part] or page[part]
        for part in LISTS:
            first[part] += page[part]
    return dict(first)
