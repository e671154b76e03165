"""Makes up tutors' calendars: weekly hours, terms of booking, past and upcoming sessions.

It has its own random numbers, so that a change here does not change the people.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from local.demo.accounts import TUTOR
from local.demo.people import Account, Population, Tutor
from shared.domain.platform_settings import local_zone

SEED = 20240502
# Minutes since midnight.
WINDOWS = ((8 * 60, 12 * 60), (14 * 60, 18 * 60), (16 * 60, 20 * 60), (9 * 60, 15 * 60))
LENGTHS = ([60], [45, 60, 90], [60, 90])
LENGTH = timedelta(hours=1)
GROUP_SEATS = 3
REMEMBERED = timedelta(days=300)
HAVE_HOURS, WAS_THERE, IS_BOOKED = 0.6, 0.7, 0.5


@dataclass
class DemoSession:
    """An hour of one student with one tutor. `is_news`: the two have yet to be notified of it."""

    student: Account
    starts_at: datetime
    state: str
    price: int
    is_news: bool = False

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + LENGTH


@dataclass
class DemoGroup:
    """An hour of several students with one tutor; every seat is taken."""

    students: list[Account]
    starts_at: datetime
    price: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + LENGTH


@dataclass
class Terms:
    """Columns of `booking_terms`."""

    session_lengths: list[int]
    buffer_after: int
    minimum_notice: int
    confirmation: str
    group_price: int | None
    booking_window: int = 30


@dataclass
class Calendar:
    """A tutor's calendar; weekly hours are (weekday from Monday = 1, first minute, last minute)."""

    terms: Terms
    weekly: list[tuple[int, int, int]] = field(default_factory=list)
    sessions: list[DemoSession] = field(default_factory=list)
    groups: list[DemoGroup] = field(default_factory=list)


def make_calendars(people: Population, now: datetime) -> list[Calendar]:
    """One for each tutor, in the tutors' order."""
    maker = _Maker(people, now)
    return [maker.calendar(tutor) for tutor in people.tutors]


class _Maker:
    def __init__(self, people: Population, now: datetime) -> None:
        self.now = now
        self.draw = Random(SEED)  # noqa: S311 - demo data, not secrets
        self.demo_student, *self.students, self.classmate = people.students
        # A student has at most one session a day.
        self.planned: set[tuple[UUID, date]] = set()

    def calendar(self, tutor: Tutor) -> Calendar:
        is_demo = tutor.account.email == TUTOR.email
        calendar = Calendar(self._terms(tutor, is_demo=is_demo))
        if is_demo or self.draw.random() < HAVE_HOURS:
            calendar.weekly = self._weekly()
        calendar.sessions = [*self._past(tutor, is_demo=is_demo)]
        if is_demo:
            calendar.sessions += self._of_the_demo_student(tutor)
            calendar.groups = [self._full_group(tutor)]
        else:
            calendar.sessions += self._coming(tutor)
        return calendar

    def _terms(self, tutor: Tutor, *, is_demo: bool) -> Terms:
        return Terms(
            session_lengths=[45, 60, 90] if is_demo else self.draw.choice(LENGTHS),
            buffer_after=0 if is_demo else self.draw.choice((0, 0, 0, 15)),
            minimum_notice=self.draw.choice((60, 120, 720)),
            confirmation="automatic" if is_demo else self.draw.choice(("automatic",) * 4 + ("manual",)),
            group_price=max(5, tutor.price // 2) if tutor.offer.group_sessions else None,
        )

    def _weekly(self) -> list[tuple[int, int, int]]:
        days = sorted(self.draw.sample(range(1, 7), k=self.draw.randint(2, 4)))
        return [(day, *self.draw.choice(WINDOWS)) for day in days]

    def _past(self, tutor: Tutor, *, is_demo: bool) -> Iterator[DemoSession]:
        """Most recent reviewers, and all of the demo tutor's, had a session the day before; one a day."""
        taught: set[date] = set()
        for rating in sorted(tutor.ratings, key=lambda each: each.created_at):
            day = rating.created_at.astimezone(local_zone()).date() - timedelta(days=1)
            was_there = rating.created_at >= self.now - REMEMBERED and self.draw.random() <= WAS_THERE
            if day in taught or not (is_demo or was_there):
                continue
            taught.add(day)
            yield DemoSession(rating.student, self._at(day, self.draw.randint(14, 19)), "completed", tutor.price)

    def _coming(self, tutor: Tutor) -> Iterator[DemoSession]:
        """Book some of the times entered by hand."""
        for starts_at, _ends_at in tutor.schedule:
            student = self.draw.choice(self.students)
            key = student.id, starts_at.date()
            if self.draw.random() < IS_BOOKED and key not in self.planned:
                self.planned.add(key)
                yield DemoSession(student, starts_at, "confirmed", tutor.price)

    def _of_the_demo_student(self, tutor: Tutor) -> Iterator[DemoSession]:
        """Three completed sessions, a missed one, and two upcoming ones, the nearer of which is not notified yet."""
        today = self.now.astimezone(local_zone()).date()
        for weeks, state in ((5, "completed"), (4, "completed"), (3, "no_show"), (2, "completed")):
            yield DemoSession(self.demo_student, self._at(today - timedelta(weeks=weeks), 12), state, tutor.price - 10)
        coming = self._offered(tutor)
        for place, starts_at in enumerate((coming[0], coming[-1])):
            yield DemoSession(self.demo_student, starts_at, "confirmed", tutor.price, is_news=place == 0)

    def _full_group(self, tutor: Tutor) -> DemoGroup:
        """A session whose waitlist can be joined, between the two of the demo student."""
        coming = self._offered(tutor)
        starts_at = coming[len(coming) // 2]
        students = [*self.students[: GROUP_SEATS - 1], self.classmate]
        self.planned.update((student.id, starts_at.date()) for student in students)
        return DemoGroup(students, starts_at, tutor.price // 2)

    def _offered(self, tutor: Tutor) -> list[datetime]:
        """The starts of a tutor's explicit items, without those too soon to be cancelled."""
        return [starts_at for starts_at, _ends_at in tutor.schedule if starts_at > self.now + timedelta(days=2)]

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), local_zone())
