"""What a student and a tutor do on the platform, and which steps worked."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tools.smoke.platform import Failed, Person, Platform, Refused, Socket

RESERVATIONS = "/api/reservation/reservation/"
# The last slots are likely to be cancellable; several, because one may be taken meanwhile.
SLOTS_TO_TRY = 5
DAYS_AHEAD = 30
# The dispatcher is woken through a queue and may have a cold start.
DISPATCHES = 3


@dataclass
class Visit:
    """The steps; each sets what later ones need, and raises Failed."""

    platform: Platform
    student: Person
    tutor: Person
    tutor_number: int = 0
    slots: list[Any] = field(default_factory=list)
    conversation: str = ""
    opened: ExitStack = field(default_factory=ExitStack)
    sockets: dict[str, Socket] = field(default_factory=dict)
    message: dict[str, str] = field(default_factory=dict)
    booking: int = 0

    def sign_in(self, person: Person) -> None:
        credentials = {"email": person.email, "password": person.password}
        person.access = self.platform.call("POST", "/api/token/", body=credentials)["access"]
        profile = self.platform.call("GET", "/api/user/profile/", person)
        person.id, person.name = profile["id"], f"{profile['first_name']} {profile['last_name']}"

    def search(self) -> None:
        """Find the tutor by name, and among namesakes by account."""
        query = urlencode({"search_by_full_name": self.tutor.name})
        for found in self.platform.call("GET", f"/api/user/tutor/search/?{query}"):
            details = self.platform.call("GET", f"/api/user/tutor/details/{found['id']}/")
            if details["user_id"] == self.tutor.id:
                self.tutor_number = found["id"]
                return
        raise Failed(f"the search does not find {self.tutor.name}")

    def list_slots(self) -> None:
        until = datetime.now(UTC) + timedelta(days=DAYS_AHEAD)
        query = urlencode({"to": until.isoformat(), "page_size": 100})
        answer = self.platform.call("GET", f"/api/availability/tutors/{self.tutor_number}/slots/?{query}")
        self.slots = [each for each in answer["results"] if each["kind"] == "individual"]
        if not self.slots:
            raise Failed(f"no free time of {self.tutor.name} in {DAYS_AHEAD} days, or no price, subject or form")

    def open_conversation(self) -> None:
        members = {"users": [{"id": self.tutor.id}]}
        self.conversation = self.platform.call("POST", "/api/chat/conversation/", self.student, members)["id"]

    def open_socket(self, person: Person) -> None:
        opening = self.platform.open_socket(person, self.conversation)
        self.sockets[person.id] = self.opened.enter_context(opening)

    def send_message(self) -> None:
        self.message = {"body": "Smoke test", "id": f"smoke-{uuid.uuid4()}"}
        self.sockets[self.student.id].send("chat_message", self.message)
        self._hears(self.tutor)

    def acknowledge_message(self) -> None:
        self._hears(self.student)

    def _hears(self, person: Person) -> None:
        def is_ours(stored: Any) -> bool:
            return bool(stored["client_id"] == self.message["id"])

        self.sockets[person.id].wait_for("message_stored", is_ours, self.platform.patience)

    def book(self) -> None:
        for slot in self.slots[: -SLOTS_TO_TRY - 1 : -1]:
            try:
                self.booking = self._book(slot)
            except Refused as answer:
                if answer.status != 409:
                    raise
                refusal = answer
            else:
                return
        raise refusal

    def _book(self, slot: Any) -> int:
        length = datetime.fromisoformat(slot["end_time"]) - datetime.fromisoformat(slot["start_time"])
        wanted = {"start_time": slot["start_time"], "length": length // timedelta(minutes=1)}
        request = ("POST", RESERVATIONS, self.student, {"tutor": self.tutor_number, **wanted}, str(uuid.uuid4()))
        try:
            return int(self.platform.call(*request)["id"])
        except Refused:
            raise
        except Failed:
            # The booking may have been made: repeating the request returns it, so that it can be cancelled.
            return int(self.platform.call(*request)["id"])

    def notify_tutor(self) -> None:
        def is_ours(notification: Any) -> bool:
            return bool(notification["data"]["reservation"] == self.booking)

        self.sockets[self.tutor.id].wait_for("notification_created", is_ours, DISPATCHES * self.platform.patience)

    def cancel(self) -> None:
        try:
            self._cancel(self.student)
        except Failed:
            self._cancel(self.tutor)  # who always may: nothing shall be left behind
            raise

    def _cancel(self, person: Person) -> None:
        path = f"{RESERVATIONS}{self.booking}/cancel/"
        answer = self.platform.call("POST", path, person, {"reason": "Smoke test"})
        if answer["state"] != "cancelled":
            raise Failed(f"booking {self.booking} is {answer['state']} after it was cancelled")

    def sign_out(self, person: Person) -> None:
        self.platform.call("POST", "/api/token/logout/", person)
        person.access = ""


@dataclass(frozen=True)
class Step:
    """A line of the table; it is tried once the steps it depends on have worked."""

    name: str
    action: Callable[[Visit], None]
    needs: tuple[str, ...] = ()
    # A multiple of the time that a step may take.
    times: int = 1


SIGNED_IN = ("student signs in", "tutor signs in")
SOCKETS = ("student's socket opens", "tutor's socket opens")
STEPS = (
    Step(SIGNED_IN[0], lambda visit: visit.sign_in(visit.student)),
    Step(SIGNED_IN[1], lambda visit: visit.sign_in(visit.tutor)),
    Step("search finds the tutor", Visit.search, SIGNED_IN),
    Step("free time is listed", Visit.list_slots, ("search finds the tutor",)),
    Step("conversation opens", Visit.open_conversation, SIGNED_IN),
    Step(SOCKETS[0], lambda visit: visit.open_socket(visit.student), ("conversation opens",)),
    Step(SOCKETS[1], lambda visit: visit.open_socket(visit.tutor), ("conversation opens",)),
    Step("message arrives", Visit.send_message, SOCKETS),
    Step("message is acknowledged", Visit.acknowledge_message, ("message arrives",)),
    Step("session is booked", Visit.book, ("free time is listed",)),
    Step("tutor is notified", Visit.notify_tutor, ("session is booked", SOCKETS[1]), DISPATCHES),
    Step("session is cancelled", Visit.cancel, ("session is booked",)),
    Step("student signs out", lambda visit: visit.sign_out(visit.student), SIGNED_IN[:1]),
    Step("tutor signs out", lambda visit: visit.sign_out(visit.tutor), SIGNED_IN[1:]),
)


@dataclass(frozen=True)
class Result:
    """The outcome of a step; `seconds` is None if it was not tried."""

    name: str
    seconds: float | None
    problem: str = ""

    @property
    def worked(self) -> bool:
        return self.seconds is not None and not self.problem


def visit_platform(visit: Visit, within: float) -> Iterator[Result]:
    """Try all steps. A step slower than `within` seconds has failed, but steps that depend on it are still tried."""
    done: set[str] = set()
    for step in STEPS:
        if not done.issuperset(step.needs):
            yield Result(step.name, None)
            continue
        began = time.monotonic()
        problem = _problem(step, visit)
        seconds = time.monotonic() - began
        if not problem:
            done.add(step.name)
            if seconds > within * step.times:
                problem = f"slower than {within * step.times:g} s"
        yield Result(step.name, seconds, problem)
    visit.opened.close()


def _problem(step: Step, visit: Visit) -> str:
    try:
        step.action(visit)
    except Failed as failure:
        return str(failure)
    except (LookupError, TypeError, ValueError) as error:
        return f"an answer is not understood: {error!r}"
    return ""
