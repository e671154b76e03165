"""The search as tests call it."""

from functions.tutors.handler import handler
from tests.support.lambda_client import Answer, LambdaClient

call = LambdaClient(handler)
SEARCH = "/api/user/tutor/search/"


def search(query: str) -> Answer:
    """Search with a raw query string."""
    return call("GET", f"{SEARCH}?{query}")


def found(query: str) -> list[str]:
    """The first names of the tutors found, in order."""
    answer = search(query)
    assert answer.status == 200, answer
    return [tutor["first_name"] for tutor in answer.json]


def next_query(answer: Answer) -> str | None:
    """The query of the next page, from the Link header."""
    link = answer.headers.get("link")
    if link is None:
        return None
    address, relation = link.split("; ")
    assert relation == 'rel="next"'
    path, _, query = address.strip("<>").partition("?")
    assert path == SEARCH
    return query


def pages(query: str) -> list[list[int]]:
    """The ids on every page, from the first to the last."""
    ids: list[list[int]] = []
    following: str | None = query
    while following is not None:
        answer = search(following)
        assert answer.status == 200, answer
        ids.append([tutor["id"] for tutor in answer.json])
        following = next_query(answer)
    return ids
