"""Answers in the encodings that clients accept, through a function as behind API Gateway."""

import gzip
from collections.abc import Callable

import brotli
import pytest

from local.demo.load import load_demo_data
from tests.support import zstd
from tests.support.lambda_client import Answer
from tests.support.people import People
from tests.support.tutor_search import SEARCH, call

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": zstd.decompress,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}
# The part of a page's bytes that may go over the wire.
MOST_OF_A_PAGE = 0.25


@pytest.fixture
def page(platform: None) -> bytes:
    """An uncompressed page of 20 tutors."""
    load_demo_data()
    answer = ask("")
    assert "content-encoding" not in answer.headers
    return answer.body


def ask(encodings: str, path: str = f"{SEARCH}?page_size=20", method: str = "GET") -> Answer:
    answer = call(method, path, headers={"accept-encoding": encodings} if encodings else {})
    assert answer.status == 200
    return answer


def test_a_page_is_compressed_to_a_quarter(page: bytes) -> None:
    for encoding, decode in DECODERS.items():
        answer = ask(encoding)
        assert answer.headers["content-encoding"] == encoding
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers["content-length"] == str(len(answer.body))
        assert decode(answer.body) == page
        assert len(answer.body) <= MOST_OF_A_PAGE * len(page)


CHOSEN = {
    "gzip, deflate, br, zstd": "zstd",
    "gzip, deflate, br": "br",
    "gzip;q=0.5": "gzip",
    "zstd;q=0, br;q=0, *": "gzip",
    "gzip;q=0": None,
    "deflate": None,
    "identity": None,
    "\x00;;;,=q": None,
}


@pytest.mark.usefixtures("page")
def test_the_client_chooses_the_encoding() -> None:
    assert {taken: ask(taken).headers.get("content-encoding") for taken in CHOSEN} == CHOSEN


def test_an_answer_to_head_has_no_body(page: bytes) -> None:
    assert ask("gzip", method="HEAD").body == b""


def test_small_answers_are_not_compressed(people: People) -> None:
    answer = ask("gzip")
    assert answer.body == b"[]"
    assert "content-encoding" not in answer.headers
