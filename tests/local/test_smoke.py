"""`make smoke` detects which part of a platform does not work, and cancels what it booked."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from local.demo.accounts import STUDENT, TUTOR
from tests.support.local_server import LocalServer, free_port
from tools.smoke import visit as visits
from tools.smoke.__main__ import main
from tools.smoke.platform import Failed, Person, Platform, Socket
from tools.smoke.visit import RESERVATIONS, STEPS, Visit, visit_platform

WITHIN = 10.0
CHAT = {"message arrives", "message is acknowledged"}
BOOKING = {"session is booked", "tutor is notified", "session is cancelled"}


class Unfindable(Platform):
    def call(self, method: str, path: str, *more: Any, **named: Any) -> Any:
        answer = super().call(method, path, *more, **named)
        return [] if "/tutor/search/" in path else answer


class WithoutSockets(Platform):
    @contextmanager
    def open_socket(self, person: Person, conversation: str) -> Iterator[Socket]:
        with super().open_socket(Person(person.email, "", "no token"), conversation) as socket:
            yield socket


class MuteSocket(Socket):
    def send(self, event: str, data: Any) -> None:
        """Lose the frame."""

    def wait_for(self, event: str, of: Any, seconds: float) -> Any:
        return super().wait_for(event, of, 0.1 if event == "message_stored" else seconds)


class LosingMessages(Platform):
    @contextmanager
    def open_socket(self, person: Person, conversation: str) -> Iterator[Socket]:
        with super().open_socket(person, conversation) as socket:
            yield MuteSocket(socket.connection)


class Garbled(Platform):
    def call(self, method: str, path: str, *more: Any, **named: Any) -> Any:
        answer = super().call(method, path, *more, **named)
        return {"detail": "not what was asked for"} if "/conversation/" in path else answer


class RefusingStudents(Platform):
    """Refuses cancellations by students."""

    def call(self, method: str, path: str, person: Person | None = None, *more: Any, **named: Any) -> Any:
        if path.endswith("/cancel/") and person and person.email == STUDENT.email:
            person = Person(person.email, "", "no token")
        return super().call(method, path, person, *more, **named)


class LosingAnswers(Platform):
    """Loses the first response to each booking."""

    def call(self, method: str, path: str, *more: Any, **named: Any) -> Any:
        answer = super().call(method, path, *more, **named)
        if path == RESERVATIONS and lost.setdefault(answer["id"], True):
            lost[answer["id"]] = False
            raise Failed("no answer")
        return answer


lost: dict[int, bool] = {}


def visit_to(server: LocalServer, kind: type[Platform] = Platform, password: str = STUDENT.password) -> Visit:
    tutor = Person(TUTOR.email, TUTOR.password)
    return Visit(kind(server.url, WITHIN), Person(STUDENT.email, password), tutor)


def upcoming(server: LocalServer) -> set[int]:
    """The ids of the tutor's upcoming bookings."""
    token = server.sign_in(TUTOR.email, TUTOR.password)
    path = "/api/reservation/tutor/me/?state=pending,confirmed&page_size=100"
    return {each["id"] for each in server.call("GET", path, token=token).json()["results"]}


@pytest.mark.parametrize(
    ("kind", "failed", "not_tried"),
    [
        (Unfindable, {"search finds the tutor"}, {"free time is listed", *BOOKING}),
        (WithoutSockets, {"student's socket opens", "tutor's socket opens"}, {"tutor is notified", *CHAT}),
        (LosingMessages, {"message arrives"}, {"message is acknowledged"}),
        (
            Garbled,
            {"conversation opens"},
            {"student's socket opens", "tutor's socket opens", "tutor is notified", *CHAT},
        ),
        (RefusingStudents, {"session is cancelled"}, set()),
        (LosingAnswers, set(), set()),
    ],
)
def test_a_broken_part_is_named_and_no_booking_remains(
    server: LocalServer, kind: type[Platform], failed: set[str], not_tried: set[str]
) -> None:
    before = upcoming(server)
    results = list(visit_platform(visit_to(server, kind), WITHIN))
    assert [each.name for each in results] == [step.name for step in STEPS]
    assert {each.name for each in results if each.problem} == failed, results
    assert {each.name for each in results if each.seconds is None} == not_tried
    assert upcoming(server) == before


def test_nothing_is_tried_for_an_account_that_cannot_sign_in(server: LocalServer) -> None:
    tried = [each for each in visit_platform(visit_to(server, password="Guess!1234"), WITHIN) if each.seconds]
    assert [each.name for each in tried] == ["student signs in", "tutor signs in", "tutor signs out"]
    assert "answers 401" in tried[0].problem


def test_a_slow_part_fails_but_dependent_parts_are_still_tried(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = 0.0

    class Slow(Platform):
        def call(self, method: str, path: str, *more: Any, **named: Any) -> Any:
            nonlocal late
            late += WITHIN if "/slots/" in path else 0.0
            return super().call(method, path, *more, **named)

    monkeypatch.setattr(visits, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + late))
    results = list(visit_platform(visit_to(server, Slow), WITHIN))
    problems = {each.name: each.problem for each in results if not each.worked}
    assert problems == {"free time is listed": "slower than 10 s"}


def test_smoke_prints_a_table_and_exits_with_a_status(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WITHIN", str(WITHIN))
    monkeypatch.setenv("URL", f"{server.url}/")
    assert main() == 0
    printed = capsys.readouterr().out
    assert len(re.findall(r"^  \S.* \d+ ms  ok$", printed, re.MULTILINE)) == len(STEPS)
    assert printed.endswith(f"all {len(STEPS)} work\n")

    monkeypatch.setenv("STUDENT", f"{STUDENT.email}:wrong:password")
    assert main() == 1
    assert "student signs in" in capsys.readouterr().out


def test_a_url_without_a_server_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("URL", f"http://127.0.0.1:{free_port()}")
    assert main() == 1
    assert "Connection refused" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("URL", "tutoring.example.com", "URL=tutoring.example.com is no http address."),
        ("TUTOR", "adam.demo@prz.edu.pl", "TUTOR is not mail:password."),
        *(("WITHIN", each, f"WITHIN={each} is no number of seconds.") for each in ("soon", "0", "-1", "nan", "inf")),
    ],
)
def test_an_invalid_setting_is_reported(variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit, match=said):
        main()
