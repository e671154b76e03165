"""Requests about announcements, issues, attachments and other things that few clients use."""

from collections.abc import Iterator

from tests.support.request_step import FORM, GONE, TALK, Step


def attachments() -> Iterator[Step]:
    """Only refused requests: successful ones return tickets, which always differ."""
    upload = f"/api/chat/conversations/{TALK}/attachments/"
    for body in ({}, {"name": "x", "size": 20_000_000}, {"name": "", "size": 0}, {"name": "x", "size": 1, "y": 2}):
        yield Step("POST", upload, "student", body)
    yield Step("POST", upload, "other", {"name": "x", "size": 1})
    yield Step("POST", f"/api/chat/attachments/{TALK}/complete/", "student")
    yield Step("GET", "/media/chat/AAAA/zdj%C4%99cie.png")


def boards() -> Iterator[Step]:
    """Tutors' announcements, and issues reported to staff."""
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
    yield from desk()


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


def desk() -> Iterator[Step]:
    """Staff's actions on accounts, and the audit trail."""
    people, actions = "/api/staff/people/", "/api/staff/actions/"
    yield Step("POST", "/api/announcement/announcement/", "tutor", {"title": "Grupa", "description": "Od zaraz"})
    for who in ("staff", "boss", "tutor", ""):
        yield Step("GET", f"{people}?q=student&page_size=2", who)
        yield Step("GET", f"{people}{{third}}/", who)
        for verb in ("lift", "suspend", "revoke_sessions", "lift"):
            yield Step("POST", f"{people}{{third}}/{verb}/", who, {"reason": "Spam"})
        yield Step("GET", f"{actions}?page_size=3", who)
        for path in ("reports/?kind=issue", "announcements/", "reviews/reported/", "reviews/hidden/"):
            yield Step("GET", f"/api/staff/{path}", who)
        for verb in ("hide", "unhide"):
            for path in ("reviews/1", "reviews/99", "announcements/2", "announcements/99"):
                yield Step("POST", f"/api/staff/{path}/{verb}/", who, {"reason": "Spam"})
    for body in ({}, {"reason": ""}, {"reason": "x", "why": "y"}):
        yield Step("POST", f"{people}{{third}}/suspend/", "staff", body)
    yield Step("POST", f"{people}{GONE}/suspend/", "staff", {"reason": "x"})
    for query_string in ("?only=x", "?q=" + "x" * 201, "?p=99", "?person=x"):
        yield Step("GET", people + query_string, "staff")
        yield Step("GET", actions + query_string, "staff")


def links() -> Iterator[Step]:
    """Links in mails, and browsers' push subscriptions."""
    for token in ("x", "{unsubscribe}"):
        path = f"/api/notification/unsubscribe/{token}/"
        yield Step("GET", path)
        yield Step("POST", path)
        yield Step("POST", path, raw=b"List-Unsubscribe=One-Click", headers={"content-type": FORM})
    yield Step("GET", "/api/notification/push/key/", "student")
