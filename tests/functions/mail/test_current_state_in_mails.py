"""Whatever happens to a booking while a mail about it waits, the mail reports the current state, or is not sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from functions.mail.booking_emails import email_of_change
from functions.mail.email_message import Email
from functions.mail.folded_changes import change_to_tell
from functions.mail.repository import Addressee
from functions.notifications.domain.recipients import EMAIL_RECIPIENTS
from shared.data.bookings import Booking, BookingChange, Role
from shared.domain.booking_events import event_type
from shared.domain.booking_texts import BookingTexts

FIRST = datetime(2035, 1, 1, 13, tzinfo=UTC)
STUDENT, TUTOR = UUID(int=1), UUID(int=2)
ENDED = {"cancelled", "expired"}


@dataclass(frozen=True)
class Story:
    """What has happened so far: the changes, who has to answer, and the proposed time."""

    changes: tuple[BookingChange, ...] = ()
    state: str = ""
    awaiting: str = ""
    day: int = 0
    proposed: int | None = None
    agreed: bool = False

    def then(self, kind: str, actor: str, state: str = "", awaiting: str = "", **more: int | bool | None) -> "Story":
        number, proposes = len(self.changes) + 1, more.pop("proposes", None)
        day = int(more.get("day") or self.day)
        state = state or self.state
        change = BookingChange(
            number, 1, kind, self.state or None, state, None, actor, "",
            old_starts_at=at(self.day) if kind == "rescheduled" else None,
            proposed_starts_at=None if proposes is None else at(int(proposes)),
            proposed_ends_at=None if proposes is None else at(int(proposes)) + timedelta(hours=1),
            starts_at=None,
            was_offer=[c.kind for c in self.changes if c.kind in {"offered", "requested"}][-1:] == ["offered"],
            was_confirmed=state == "confirmed" or any(c.to_state == "confirmed" for c in self.changes),
            superseded=False, first_of_series_id=None, first_of_group_id=None,
        )  # fmt: skip
        before = self.changes
        if kind == "rescheduled":
            before = tuple(c._replace(starts_at=c.starts_at or at(self.day)) for c in before)
        if kind in {"confirmed", "cancelled", "expired", "rescheduled"}:
            before = tuple(c._replace(superseded=True) for c in before)
        awaiting = awaiting or (self.awaiting if state == "pending" else "")
        proposed, agreed = more.get("proposed"), bool(more.get("agreed"))
        return Story((*before, change), state, awaiting, day, proposed, agreed)

    def steps(self) -> Iterator["Story"]:
        """Yield the story with each possible next step."""
        next_day = len(self.changes) + 2
        if not self.changes:
            yield self.then("requested", "student", "pending", "tutor")
            yield self.then("offered", "system", "pending", "student")
            yield from (self.then("confirmed", actor, "confirmed") for actor in ("student", "tutor"))
        elif self.awaiting == "student":
            yield self.then("confirmed", "student", "confirmed")
            yield self.then("requested", "student", "pending", "tutor")
        elif self.awaiting == "tutor":
            yield self.then("confirmed", "tutor", "confirmed", proposed=self.proposed, agreed=self.agreed)
        if self.state == "pending":
            yield self.then("expired", "system", "expired")
        if self.state in {"pending", "confirmed"}:
            yield from (self.then("cancelled", actor, "cancelled") for actor in ("student", "tutor", "system"))
            if self.awaiting != "student":
                yield self.then("rescheduled", "student", day=next_day)
                yield self.then("move_proposed", "tutor", proposes=next_day, proposed=next_day)
        if self.proposed is not None and self.changes:
            yield self.then("move_withdrawn", "tutor", proposes=self.proposed)
            yield self.then("move_declined", "student", proposes=self.proposed)
            yield self.then("move_expired", "system", proposes=self.proposed)
            yield self.then("rescheduled", "student", proposes=self.proposed, day=self.proposed)
            if not self.agreed:
                yield self.then("move_agreed", "student", proposes=self.proposed, proposed=self.proposed, agreed=True)


def at(day: int) -> datetime:
    return FIRST + timedelta(days=day)


def stories(length: int) -> Iterator[Story]:
    """Yield all stories of up to `length` steps."""
    now = [Story()]
    for _ in range(length):
        now = [after for story in now for after in story.steps()]
        yield from now


def booking(story: Story) -> Booking:
    names = {"student_first_name": "Ola", "student_last_name": "Nowak", "student_email": "ola@example.com"}
    return Booking(
        id=1, session_id=1, state=story.state, starts_at=at(story.day), ends_at=at(story.day) + timedelta(hours=1),
        expires_at=None, price=Decimal(80), currency="PLN", sequence=0, created_at=FIRST, updated_at=FIRST,
        kind="individual", form="online", location="", meeting_url="", taken=True, proposal_expires_at=None, note="",
        tutor_id=1, cancellation_notice=12, time_zone=None, student_id=STUDENT, student_time_zone=None,
        student_language="pl", tutor_user_id=TUTOR, tutor_email="jan@example.com", tutor_first_name="Jan",
        tutor_last_name="Kot", tutor_time_zone=None, tutor_language="pl", **names,
    )  # fmt: skip


def mails(story: Story, role: Role) -> Iterator[tuple[BookingChange, Email | None]]:
    """Yield the reader's final mail for each possible first waiting change, together with that change."""
    mailed = [change for change in story.changes if role in EMAIL_RECIPIENTS.get(event_type(change), ())]
    to = Addressee(STUDENT if role == "student" else TUTOR, "x@example.com", "Ola", "", FIRST, True, "pl", None, [])
    for since in mailed:
        told = change_to_tell([c for c in story.changes if c.id >= since.id], mailed[-1].id, role)
        yield since, email_of_change(to, BookingTexts(booking(story), role), told) if told else None


def text(email: Email) -> str:
    return " ".join((email.subject, email.before, *(fact.value for fact in email.facts)))


@pytest.mark.parametrize("role", ["student", "tutor"])
@pytest.mark.usefixtures("platform")
def test_a_mail_reports_the_current_state_and_asks_only_what_is_open(role: Role) -> None:
    for story in stories(4):
        open_proposal = story.proposed if role == "student" and not story.agreed else None
        for since, email in mails(story, role):
            if email is None:
                continue
            said, known = text(email), since.old_starts_at or since.starts_at or at(story.day)
            days = {int(day) for day in re.findall(r"(\d+) stycznia", said)}
            allowed = {at(story.day).day, *([at(open_proposal).day] if open_proposal is not None else [])}
            if "Poprzednio" in said:
                assert since.kind not in {"requested", "offered", "confirmed"}, story
                allowed.add(known.day)
            assert days <= allowed, (story, said)
            assert ("Przyjmij" in said) <= (open_proposal is not None), (story, said)
            assert ("masz nową prośbę" in said) <= (story.awaiting == "tutor"), (story, said)
            assert ("na które czekasz" in said) <= (story.awaiting == "student"), (story, said)
            assert ("Potwierdź nowy termin" in said) <= (story.awaiting == "tutor"), (story, said)


@pytest.mark.parametrize("role", ["student", "tutor"])
@pytest.mark.usefixtures("platform")
def test_a_confirmed_booking_is_mailed_to_both_and_an_ended_one_to_no_uninvolved_tutor(role: Role) -> None:
    for story in stories(4):
        made = [c for c in story.changes if c.kind in {"requested", "offered", "confirmed"}]
        for since, email in mails(story, role):
            if since is not next((c for c in made if role == "tutor" or c.kind != "requested"), None):
                continue
            if story.state == "confirmed":
                assert email is not None, story
                assert email.subject.startswith(("Rezerwacja potwierdzona", "Nowa rezerwacja")), story
                assert email.calendar is not None, story
                is_open = role == "student" and story.proposed is not None and not story.agreed
                is_untold = any(c.kind == "move_proposed" and c.id > since.id for c in story.changes)
                assert ("Przyjmij" in text(email)) == (is_open and is_untold), story
            if story.state in ENDED and role == "tutor" and not any(c.actor_role == "tutor" for c in made):
                assert email is None, (story, email)
