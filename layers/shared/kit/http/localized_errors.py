"""Errors of our own endpoints in the caller's language: the account's, else one from Accept-Language.

In the code every text appears once, as recorded in the contract or in Polish; it is translated here, just before it is
sent. Codes are not translated. What the contract records is answered as recorded.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple, get_args

from shared.kit.http.middleware import Headers, Scope, header
from shared.texts import DEFAULT_LANGUAGE, Language, error_texts

LANGUAGES: tuple[Language, ...] = get_args(Language)
# Key in the scope for the language of the calling account, set by the code that looks it up.
ACCOUNT_LANGUAGE = "account_language"
# The number of ranges that are read: browsers send at most ten, and a header has room for 30,000.
MAX_RANGES = 50
# Under these keys a body has a single text; under all others it has lists of texts.
TEXT_KEYS = frozenset({"detail", "Error", "Info", "message"})


class Choice(NamedTuple):
    """The language of a response, and whether the request's Accept-Language determined it."""

    language: Language
    negotiated: bool

    @property
    def headers(self) -> Headers:
        named = (b"content-language", self.language.encode())
        return [named, (b"vary", b"Accept-Language")] if self.negotiated else [named]


def choose_language(scope: Scope) -> Choice:
    """Choose the language of the response to a request."""
    if account := scope.get(ACCOUNT_LANGUAGE):
        return Choice(account, negotiated=False)
    return Choice(preferred_language(header(scope, b"accept-language")), negotiated=True)


def preferred_language(accepted: str) -> Language:
    """The language of ours that an Accept-Language field prefers; the default one if it names none.

    The highest quality wins, among equals the first. Source: RFC 9110, section 12.5.4.
    """
    wanted: dict[str, float] = {}
    for name, quality in _ranges(accepted):
        wanted.setdefault(name, quality)
    anything = wanted.get("*", 0.0)
    order = [name for name in wanted if name in LANGUAGES]
    ours: list[Language] = sorted(LANGUAGES, key=lambda each: order.index(each) if each in order else len(order))
    best = max(ours, key=lambda each: wanted.get(each, anything))
    return best if wanted.get(best, anything) > 0 else DEFAULT_LANGUAGE


def _ranges(accepted: str) -> Iterator[tuple[str, float]]:
    """Each range by its primary language, with its quality; invalid ones are skipped."""
    for each in accepted.lower().split(",", MAX_RANGES)[:MAX_RANGES]:
        name, _, parameter = each.partition(";")
        primary, _, region = name.strip().partition("-")
        weight = re.fullmatch(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", parameter.strip() or "q=1")
        # A range that excludes British English may still allow another English.
        if primary and weight and not (region and float(weight[1]) == 0):
            yield primary, float(weight[1])


def localized(body: Any, language: Language) -> Any:
    """An error's body with its texts in a language."""
    match body:
        case dict():
            return {key: _value(key, value, language) for key, value in body.items()}
        case list():
            return [localize(each, language) if isinstance(each, str) else localized(each, language) for each in body]
    return body


def _value(key: str, value: Any, language: Language) -> Any:
    if isinstance(value, str):
        return localize(value, language) if key in TEXT_KEYS else value
    return localized(value, language)


def localize(text: str, language: Language) -> str:
    """A text of the code in a language; a text without a translation stays as it is."""
    exact, patterns = _catalogue(language)
    if text in exact:
        return exact[text]
    for pattern, wording in patterns:
        if values := pattern.fullmatch(text):
            with suppress(IndexError):
                return wording.format(*values.groups())
    return text


@cache
def _catalogue(language: Language) -> tuple[Mapping[str, str], list[tuple[re.Pattern[str], str]]]:
    """The texts without placeholders, and patterns of those with placeholders, the longest first."""
    found = error_texts(language)
    with_values = sorted((text for text in found if "{}" in text), key=len, reverse=True)
    patterns = [(_pattern(text), found[text]) for text in with_values]
    return {text: wording for text, wording in found.items() if "{}" not in text}, patterns


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, text.split("{}"))), re.DOTALL)
