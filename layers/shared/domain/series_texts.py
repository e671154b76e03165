"""Texts about what happened to several bookings at once: sessions of a weekly series, or a whole group."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.data.bookings import Booking, BookingChange, Role
from shared.domain.booking_events import BookingEventType, event_type, joint_event_type
from shared.domain.booking_texts import BookingTexts, SayMoment


@dataclass(frozen=True)
class SeriesTexts:
    """The texts about changes made together, in order of time, for one of the two people of the bookings."""

    sessions: Sequence[tuple[BookingChange, Booking]]
    role: Role

    @cached_property
    def event(self) -> BookingEventType:
        return joint_event_type(change for change, _booking in self.sessions)

    @cached_property
    def first(self) -> tuple[BookingChange, Booking]:
        """The first change of this event, and its booking."""
        return next(each for each in self.sessions if event_type(each[0]) == self.event)

    @cached_property
    def words(self) -> BookingTexts:
        """The texts about the first of them."""
        return BookingTexts(self.first[1], self.role)

    @property
    def is_group(self) -> bool:
        """Whether it is a single session with several students."""
        return len(self.sessions) > 1 and len({booking.session_id for _change, booking in self.sessions}) == 1

    @property
    def counterparts(self) -> list[str]:
        """The name of the other person, or of all students of a group."""
        sessions = self.sessions if self.is_group else self.sessions[:1]
        return [BookingTexts(booking, self.role).counterpart for _change, booking in sessions]

    @property
    def summary(self) -> str:
        """Such as "Zajęcia odwołane: Jan Nowak, seria zajęć (4)", or "…: grupa (3)"."""
        if self.is_group:
            return f"{self.words.headline(self.event)}: {self.words.say('group', number=len(self.sessions))}"
        series = self.words.say("series", number=len(self.sessions))
        return f"{self.words.headline(self.event)}: {self.words.counterpart}, {series}"

    @property
    def opening(self) -> str:
        """The first sentence of a mail."""
        reader = "group" if self.is_group and self.event == "cancelled" else self.role
        return self.words.say(f"opening.{self.event}.{reader}")

    def sentence(self) -> str:
        """Which sessions it happened to, and what the reader can do about it."""
        when = "; ".join(self.times(self.words.moment))
        fact = f"{self.summary} ({self.words.description}): {when}."
        return f"{fact} {self.consequence(self.words.moment)}".rstrip()

    def times(self, say_moment: SayMoment) -> list[str]:
        """The time of each, a group's once; for a move or a proposal, with the time that it replaces."""
        found = [self._time(change, booking, say_moment) for change, booking in self.sessions]
        return found[:1] if self.is_group else found

    def _time(self, change: BookingChange, booking: Booking, say_moment: SayMoment) -> str:
        starts_at = change.starts_at or booking.starts_at
        moment, before = starts_at, change.old_starts_at
        if self.event == "move_proposed" and change.proposed_starts_at:
            moment, before = change.proposed_starts_at, starts_at
        if before in {None, moment}:
            return say_moment(moment)
        return self.words.say("instead_of", moment=say_moment(moment), before=say_moment(before))

    def consequence(self, say_moment: SayMoment) -> str:
        """What follows for the reader, "" if nothing."""
        change = self.first[0]
        if self.event == "move_proposed":
            return self.words.answer_to_proposal(say_moment)
        if self.event in {"rescheduled", "move_accepted"}:
            return self.words.confirmation_of_move(change)
        if any(booking.taken for _change, booking in self.sessions) and self.event in {"withdrawn", "cancelled"}:
            return ""
        return self.words.consequence(change, say_moment)
