"""Requests of the chat's own endpoints, good and bad, by members and by strangers."""

from collections.abc import Iterator

from tests.support.request_step import Step


def changes_of_messages() -> Iterator[Step]:
    message = "/api/chat/conversations/{talk}/messages/1/"
    for who in ("student", "tutor", "other", ""):
        for body in ({"body": "Jednak o 17"}, {"body": " "}, {"body": "x" * 8_001}, {"bdy": "x"}, {}):
            yield Step("PATCH", message, who, body)
        for emoji in ("👍", "ok", 5, None):
            yield Step("POST", f"{message}reactions/", who, {"emoji": emoji})
        yield Step("DELETE", f"{message}reactions/?emoji=%F0%9F%91%8D", who)
        yield Step("DELETE", f"{message}reactions/", who)
        yield Step("DELETE", f"{message}?only_for_me=perhaps", who)
        yield Step("DELETE", f"{message}?only_for_me=true", who)
    for path in (message.replace("/1/", "/99/"), message.replace("/1/", "/0/"), message.replace("/1/", "/x/")):
        yield Step("DELETE", path, "student")


def presence() -> Iterator[Step]:
    for body in ({"shown": "no"}, {"shown": 7}, {}):
        yield Step("PATCH", "/api/chat/presence/", "student", body)
    for who in ("student", "tutor", ""):
        yield Step("GET", "/api/chat/presence/", who)
