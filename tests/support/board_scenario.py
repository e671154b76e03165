"""Requests about announcements, issues, attachments and what else few clients ask for."""

from collections.abc import Iterator

from tests.support.request_step import FORM, TALK, Step


def attachments() -> Iterator[Step]:
    """What is refused: tickets are never alike."""
    upload = f"/api/chat/conversations/{TALK}/attachments/"
    for body in ({}, {"name": "x", "size": 20_000_000}, {"name": "", "size": 0}, {"name": "x", "size": 1, "y": 2}):
        yield Step("POST", upload, "student", body)
    yield Step("POST", upload, "other", {"name": "x", "size": 1})
    yield Step("POST", f"/api/chat/attachments/{TALK}/complete/", "student")
    yield Step("GET", "/media/chat/AAAA/zdj%C4%99cie.png")


def boards() -> Iterator[Step]:
    """What tutors announce, and what is reported to staff."""
    one, new = "/api/announcement/announcement/", {"title": "Kurs", "description": "Od zaraz", "tags": [{"name": "x"}]}
    for who in ("tutor", "student", ""):
        yield Step("POST", one, who, new)
        yield Step("PATCH", f"{one}1/", who, {"title": "Kurs maturalny"})
        yield Step("GET", "/api/announcement/announcements/me/", who)
    for body in ({}, {**new, "tags": "x"}, {**new, "tag": []}):
        yield Step("POST", one, "tutor", body)
    for verb in ("hide", "unhide"):
        for who in ("staff", "tutor"):
            yield Step("POST", f"{one}1/{verb}/", who)
    yield Step("DELETE", f"{one}1/", "second")
    yield Step("DELETE", f"{one}1/", "tutor")
    yield from issues()


def issues() -> Iterator[Step]:
    base, new = "/api/reporting/issue/", {"category": "violation", "title": "Spam", "description": "Reklamy"}
    for body in (new, {**new, "category": "x"}, {}):
        yield Step("POST", f"{base}create/", "student", body)
    yield Step("GET", f"{base}list/", "student")
    for who in ("staff", "student", "other", ""):
        yield Step("POST", f"{base}respond/create/{{issue}}/", who, {"body": "Dziękujemy"})
        yield Step("GET", f"{base}detail/{{issue}}/", who)
        yield Step("GET", "/api/staff/issues/?status=in_progress", who)
        yield Step("PATCH", "/api/staff/issues/{issue}/", who, {"status": "closed"})
    yield Step("GET", "/api/availability/schedule/me/", "tutor")
    yield Step("GET", "/api/chat/conversations/{talk}/", "student")
    yield Step("GET", "/api/chat/conversations/{talk}/", "other")
    yield Step("POST", "/api/chat/conversations/{talk}/messages/", "student", {"body": "Do jutra"})
    yield Step("POST", "/api/chat/ticket/", "student")


def links() -> Iterator[Step]:
    """Of mails, and of browsers that want push messages."""
    for token in ("x", "{unsubscribe}"):
        path = f"/api/notification/unsubscribe/{token}/"
        yield Step("GET", path)
        yield Step("POST", path)
        yield Step("POST", path, raw=b"List-Unsubscribe=One-Click", headers={"content-type": FORM})
    yield Step("GET", "/api/notification/push/key/", "student")
