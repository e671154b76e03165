"""Query strings as models: what is read, refused and described."""

from typing import Annotated, Any

import pytest
from pydantic import Field

from shared.kit.errors import AppError
from shared.kit.http.fields import Count, Flag, Whole
from shared.kit.http.page_pagination import MAX_NUMBER, PageNumber, PageQuery
from shared.kit.http.query_models import QueryModel, RecordedQueryModel, query_parameters

TOO_SMALL = "Upewnij się, że ta wartość jest większa lub równa {}."
TOO_LARGE = "Upewnij się, że ta wartość jest mniejsza lub równa {}."
NOT_INTEGER = "Wymagana poprawna liczba całkowita."


class Filters(QueryModel):
    starts_at: Annotated[str, Field(alias="from", description="When it starts.")] = ""
    confirmed: Annotated[bool | None, Flag()] = None
    size: Annotated[int, Whole(minimum=1, maximum=3)]
    skills: list[str] = []


class Recorded(RecordedQueryModel):
    number: Annotated[int | None, Count()] = None


@pytest.mark.parametrize(
    ("query", "page"),
    [
        (b"", PageNumber(1, 10)),
        (b"p=&page_size=", PageNumber(1, 10)),
        (b"p=3&page_size=100", PageNumber(3, 100)),
        (b"p=x&p=2", PageNumber(2, 10)),
        (b"p=%202%20&page_size=5.0", PageNumber(2, 5)),
        (b"p=123456789012345678901234567890", PageNumber(MAX_NUMBER, 10)),
    ],
)
def test_a_page_is_read(query: bytes, page: PageNumber) -> None:
    assert PageQuery.read(query).page == page


@pytest.mark.parametrize(
    ("model", "query", "body"),
    [
        (PageQuery, b"p=x&page_size=101", {"p": [NOT_INTEGER], "page_size": [TOO_LARGE.format(100)]}),
        (PageQuery, b"p=0&page_size=-1", {"p": [TOO_SMALL.format(1)], "page_size": [TOO_SMALL.format(1)]}),
        (PageQuery, b"p=" + b"9" * 31, {"p": [NOT_INTEGER]}),
        (Filters, b"", {"size": ["To pole jest wymagane."]}),
        (
            Filters,
            b"size=4&confirmed=maybe",
            {"confirmed": ["Must be a valid boolean."], "size": [TOO_LARGE.format(3)]},
        ),
        (Recorded, b"number=x", {"number": ["Wpisz liczbę."]}),
        (Recorded, b"number=-1", {"number": [TOO_SMALL.format(0)]}),
        (Recorded, b"number=1e30", {"number": [TOO_LARGE.format(2**31 - 1)]}),
    ],
)
def test_errors_name_their_parameters(model: type[RecordedQueryModel], query: bytes, body: Any) -> None:
    with pytest.raises(AppError) as refused:
        model.read(query)
    assert (refused.value.status, refused.value.body) == (400, body)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (b"page_sise=5", "Nieznana nazwa „page_sise”. Czy chodziło o „page_size”?"),
        (b"page=5", "Nieznana nazwa „page”. Znane: p, page_size."),
        (b"p=x&from=1", "Nieznana nazwa „from”. Znane: p, page_size."),
        (b'"<script>=1', 'Nieznana nazwa „"<script>”. Znane: p, page_size.'),
    ],
)
def test_an_unknown_parameter_is_refused_by_its_name(query: bytes, detail: str) -> None:
    with pytest.raises(AppError) as refused:
        PageQuery.read(query)
    assert (refused.value.status, refused.value.body) == (400, {"detail": detail, "code": "unknown_field"})


def test_parameters_are_known_by_their_own_names_and_not_by_their_fields() -> None:
    assert Filters.read(b"from=now&size=1").starts_at == "now"
    with pytest.raises(AppError, match="starts_at"):
        Filters.read(b"starts_at=now&size=1")


def test_recorded_endpoints_ignore_unknown_parameters() -> None:
    assert Recorded.read(b"number=2.7&nothing=1") == Recorded(number=2)


def test_only_lists_accept_a_parameter_twice() -> None:
    read = Filters.read(b"size=9&size=2&skills=Fizyka&skills=&skills=Chemia")
    assert (read.size, read.skills) == (2, ["Fizyka", "", "Chemia"])


def test_parameters_are_described() -> None:
    assert query_parameters(Filters) == [
        {
            "name": "from",
            "in": "query",
            "required": False,
            "description": "When it starts.",
            "schema": {"type": "string", "default": ""},
        },
        {"name": "confirmed", "in": "query", "required": False, "schema": {"type": "boolean"}},
        {"name": "size", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1, "maximum": 3}},
        {
            "name": "skills",
            "in": "query",
            "required": False,
            "schema": {"type": "array", "items": {"type": "string"}, "default": []},
        },
    ]
