"""Chat permissions: one table of who is refused what, for every entry point.

An `Entry` is a way to the platform: the functions in this process, or the emulated AWS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from shared.data.staff_actions import Grounds
from shared.domain.attachments import Attachment, attachment_address
from shared.domain.suspension import suspend
from shared.kit.db.transactions import transaction
from tests.support.conversations import add_conversation
from tests.support.people import People, Person, query

OPEN, NOTHING = 200, 204
FACTS = (
    "SELECT json_build_array(id, name, content_type, size, width, height, has_thumbnail,"
    " floor(extract(epoch FROM created_at))::bigint) FROM attachments WHERE id = %s"
)


class Entry(Protocol):
    def ask(self, method: str, path: str, token: str = "", json: Any = None) -> httpx.Response: ...

    def upload(self, form: dict[str, Any], content: bytes) -> None:
        """Post the form of an upload ticket."""

    def handshake(self, path: str) -> int:
        """Open a socket and close it; returns the response's status, 200 if it opened."""

    def hear(self, person: Person, frames: list[dict[str, Any]]) -> list[str]:
        """Send frames on the person's own socket; returns the error codes and other events received, up to `synced`."""


@dataclass(frozen=True)
class Scene:
    """A conversation with a message by each member, and three files of the student's: attached, checked, begun."""

    entry: Entry
    people: People
    talk: UUID
    student: Person
    tutor: Person
    attached: str
    checked: str
    begun: str

    def ask(self, caller: Person, method: str, path: str, json: Any = None) -> httpx.Response:
        return self.entry.ask(method, path.format(talk=self.talk), caller.access, json)

    def address_for(self, viewer: Person) -> str:
        """The attached file's URL, signed for a viewer."""
        return attachment_address(Attachment(*query(FACTS, self.attached)[0][0]), viewer.id)


MESSAGES, UPLOADS = "/api/chat/conversations/{talk}/messages/", "/api/chat/conversations/{talk}/attachments/"


def scene(entry: Entry, people: People) -> Scene:
    student, tutor = people.student(), people.tutor()
    talk = add_conversation(student, tutor)

    def ask(caller: Person, path: str, json: Any = None) -> Any:
        answer = entry.ask("POST", path.format(talk=talk), caller.access, json)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    tickets = [ask(student, UPLOADS, {"name": "x.txt", "size": 4}) for _ in range(3)]
    for each in tickets[:2]:
        entry.upload(each, b"text")
        ask(student, f"/api/chat/attachments/{each['id']}/complete/")
    ids = [each["id"] for each in tickets]
    ask(student, MESSAGES, {"body": "Cześć", "attachments": ids[:1]})
    ask(tutor, MESSAGES, {"body": "Cześć"})
    return Scene(entry, people, talk, student, tutor, *ids)


def stranger(scene: Scene) -> Person:
    return scene.people.student()


def blocked(scene: Scene) -> Person:
    assert scene.ask(scene.tutor, "POST", f"/api/chat/blocked/{scene.student.id}/").status_code == 200
    return scene.student


def blocker(scene: Scene) -> Person:
    blocked(scene)
    return scene.tutor


def suspended(scene: Scene) -> Person:
    keep_away(scene.student)
    return scene.student


def signed_out(scene: Scene) -> Person:
    sign_out(scene, scene.student)
    return scene.student


def keep_away(person: Person) -> None:
    with transaction() as db:
        suspend(db, person.id, Grounds(None, "Spam"))


def sign_out(scene: Scene, person: Person) -> None:
    assert scene.ask(person, "POST", "/api/token/logout/").status_code == 200


def asking(method: str, path: str, json: Any = None) -> Callable[[Scene, Person], int]:
    return lambda scene, caller: scene.ask(caller, method, path, json).status_code


def connect(scene: Scene, caller: Person) -> int:
    return scene.entry.handshake(f"/ws/chat/{scene.talk}/?token={caller.access}")


def complete(scene: Scene, caller: Person) -> int:
    return scene.ask(caller, "POST", f"/api/chat/attachments/{scene.begun}/complete/").status_code


def send_file(scene: Scene, caller: Person) -> int:
    body = {"body": "", "attachments": [scene.checked]}
    return scene.ask(caller, "POST", MESSAGES, body).status_code


def fetch(scene: Scene, caller: Person) -> int:
    """Download from a URL signed for the caller; on AWS it redirects to S3."""
    path = urlsplit(scene.address_for(caller)).path
    return {302: OPEN}.get(status := scene.entry.ask("GET", path).status_code, status)


def history(scene: Scene, caller: Person) -> int:
    """By the contract, callers who may not see the conversation get an empty list."""
    answer = scene.ask(caller, "GET", "/api/chat/conversation_detail/{talk}/")
    return NOTHING if answer.status_code == OPEN and answer.json() == [] else answer.status_code


CONVERSATION = "/api/chat/conversations/{talk}/"
READS: dict[str, Callable[[Scene, Person], int]] = {
    "connect": connect,
    "fetch": fetch,
    "history": history,
    "conversation": asking("GET", CONVERSATION),
    "pages": asking("GET", MESSAGES),
    "changes": asking("GET", f"{CONVERSATION}changes/"),
}
WRITES: dict[str, Callable[[Scene, Person], int]] = {
    "send": asking("POST", MESSAGES, {"body": "x"}),
    "send a file": send_file,
    "upload": asking("POST", UPLOADS, {"name": "x.txt", "size": 4}),
}
# Blocked users may still do these: they change only their own view, or complete what they began.
OTHERS: dict[str, Callable[[Scene, Person], int]] = {
    "complete": complete,
    "read": asking("POST", f"{CONVERSATION}read/", {"seq": 1}),
    "mute": asking("POST", f"{CONVERSATION}mute/"),
    "archive": asking("POST", f"{CONVERSATION}archive/"),
    "delete": asking("DELETE", f"{MESSAGES}1/?only_for_me=true"),
}
CHANGES: dict[str, Callable[[Scene, Person], int]] = {
    "edit": asking("PATCH", f"{MESSAGES}1/", {"body": "x"}),
    "react": asking("POST", f"{MESSAGES}1/reactions/", {"emoji": "👍"}),
}
EVERYTHING = READS | WRITES | OTHERS | CHANGES
# By caller: which actions are refused, and with which status.
REFUSED: dict[Callable[[Scene], Person], dict[str, int]] = {
    stranger: {**dict.fromkeys(EVERYTHING, 404), "connect": 403, "history": NOTHING},
    blocked: {**dict.fromkeys(WRITES, 403), **dict.fromkeys(CHANGES, 403), **dict.fromkeys(READS, 200)},
    blocker: {**dict.fromkeys(WRITES, 403), **dict.fromkeys(READS, 200)},
    suspended: {**dict.fromkeys(EVERYTHING, 401), "connect": 403, "fetch": 404},
    # File URLs are signed for a user, not for a session.
    signed_out: {**dict.fromkeys(EVERYTHING, 401), "connect": 403, "fetch": OPEN},
}


def answers(scene: Scene, caller: Person, wanted: dict[str, int]) -> dict[str, int]:
    return {name: EVERYTHING[name](scene, caller) for name in wanted}


FRAMES: dict[str, dict[str, Any]] = {
    "chat_message": {"body": "x"},
    "edit_message": {"seq": 1, "body": "x"},
    "delete_message": {"seq": 1},
    "react": {"seq": 1, "emoji": "👍", "on": True},
    "mark_read": {"seq": 1},
    "typing": {},
}
# Strangers get "not found" for the conversation and its messages, and a sync that returns nothing.
TO_STRANGERS = ["no_conversation", *["message_not_found"] * 3, *["no_conversation"] * 2, "synced"]


def heard(scene: Scene, caller: Person, *events: str) -> list[str]:
    """What the caller's own socket receives in response to these frames about the conversation and a sync."""
    talk = str(scene.talk)
    frames = [{"event": each, "data": {**FRAMES[each], "conversation": talk}} for each in events]
    return scene.entry.hear(caller, [*frames, {"event": "sync", "data": {"after": {talk: {"seq": 0}}}}])


def bad_tickets(scene: Scene) -> dict[str, str]:
    """Invalid tickets, by what is wrong with them."""
    people = [scene.people.student() for _ in range(5)]
    used, expired, made_up, ended, suspended_since = (ticket_of(scene, each) for each in people)
    assert scene.entry.handshake(f"/ws/user/?ticket={used}") == OPEN
    query("UPDATE socket_tickets SET expires_at = now() WHERE session_id = %s", people[1].session_id)
    sign_out(scene, people[3])
    keep_away(people[4])
    return {
        "used": used,
        "expired": expired,
        "made up": f"{made_up[:-1]}-",
        "of a session that ended": ended,
        "of somebody suspended": suspended_since,
        "an access token": scene.student.access,
    }


def ticket_of(scene: Scene, person: Person) -> str:
    return str(scene.ask(person, "POST", "/api/chat/ticket/").json()["ticket"])


def changed_addresses(scene: Scene) -> list[str]:
    """URLs of the file, signed for a stranger, or for the tutor and then tampered with."""
    path = urlsplit(scene.address_for(scene.tutor)).path
    *folder, signed, name = path.split("/")
    turned = signed[:-2] + ("A" if signed[-2] != "A" else "B") + signed[-1]
    return [
        urlsplit(scene.address_for(scene.people.student())).path,
        "/".join([*folder, turned, name]),
        "/".join([*folder, signed[:20], name]),
    ]
