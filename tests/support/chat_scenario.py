"""Requests of the chat's own endpoints, good and bad, by members and by strangers."""

from collections.abc import Iterator

from tests.support.request_step import TALK, Step


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


def changes_while_away() -> Iterator[Step]:
    for who in ("student", "tutor", "other", ""):
        for parameters in ("", "?after=1", "?after=x", "?after=-1", "?befor=1"):
            yield Step("GET", f"/api/chat/conversations/{{talk}}/changes/{parameters}", who)


def presence() -> Iterator[Step]:
    for body in ({"shown": "no"}, {"shown": 7}, {}):
        yield Step("PATCH", "/api/chat/presence/", "student", body)
    for who in ("student", "tutor", ""):
        yield Step("GET", "/api/chat/presence/", who)


def reading() -> Iterator[Step]:
    for query_string in ("", "?unread=true", "?archived=1&p=2", "?unread=x", "?unred=1"):
        yield Step("GET", f"/api/chat/me/conversations/{query_string}", "student")
    for who, seq in (("tutor", 1), ("tutor", 0), ("tutor", "x"), ("other", 1)):
        yield Step("POST", f"/api/chat/conversations/{TALK}/read/", who, {"seq": seq})
    messages = f"/api/chat/conversations/{TALK}/messages/"
    for who in ("student", "other", ""):
        for query_string in ("", "?before=0", "?after=0&page_size=1", "?page=2"):
            yield Step("GET", messages + query_string, who)
        for body in ({"body": ""}, {"body": "x", "id": 7.5, "reply_to": "x"}, {"bdy": "x"}):
            yield Step("POST", messages, who, body)
    for query_string in ("", "?q=x", "?q=%25&since=x", "?q=from:me&conversation=x", f"?q=a&conversation={TALK}&p=2"):
        yield Step("GET", f"/api/chat/search/{query_string}", "student")
