"""Texts for people, times and sessions in notifications and mails, in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from shared.data.bookings import Booking, BookingChange, Role
from shared.domain import names
from shared.domain.booking_events import BookingEventType, Person, event_type, find_person
from shared.domain.platform_reasons import reasons_in
from shared.domain.platform_settings import local_zone
from shared.texts import DEFAULT_LANGUAGE, Language, texts

SayMoment = Callable[[datetime], str]


def full_name(person: Person | None, role: Role, language: Language = DEFAULT_LANGUAGE) -> str:
    """A person's name, or their role ("student") if it is unknown."""
    return name_or_role(*((person.first_name, person.last_name) if person else ("", "")), role, language)


def name_or_role(first_name: str, last_name: str, role: Role, language: Language) -> str:
    """A name as others see it, or the person's role ("student") if nothing is left to show."""
    return names.full_name(first_name, last_name) or texts(language)[f"nameless.{role}"]


def kind_and_form(kind: str, form: str, language: Language) -> str:
    """Such as "zajęcia indywidualne, online"."""
    words = texts(language)
    return f"{words[f'kind.{kind}']}, {words[f'form.{form}']}"


def day_and_time(moment: datetime, zone: ZoneInfo, language: Language = DEFAULT_LANGUAGE) -> str:
    """Such as "w środę 10 stycznia 2035 o 14:00"; a zone other than the platform's is named."""
    if zone.key == local_zone().key:
        return _by_the_clock(moment, zone, language)
    return day_time_and_zone(moment, zone, language)


def day_time_and_zone(moment: datetime, zone: ZoneInfo, language: Language = DEFAULT_LANGUAGE) -> str:
    """Such as "w środę 10 stycznia 2035 o 14:00 (Europe/Warsaw)": for mails, which are read anywhere."""
    return f"{_by_the_clock(moment, zone, language)} ({zone.key})"


def _by_the_clock(moment: datetime, zone: ZoneInfo, language: Language) -> str:
    local, words = moment.astimezone(zone), texts(language)
    day, month = words[f"day.{local.isoweekday()}"], words[f"month.{local.month}"]
    return words["moment"].format(day=day, date=local.day, month=month, year=local.year, time=_time_of_day(local))


def _time_of_day(local: datetime) -> str:
    """Such as "14:00"; "02:30 UTC+02:00" in the hour that occurs twice when clocks are set back."""
    comes_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{local:%H:%M} UTC{local.isoformat()[-6:]}" if comes_twice else f"{local:%H:%M}"


@dataclass(frozen=True)
class BookingTexts:
    """The texts about a booking for one of its two people, in that person's language and time zone."""

    booking: Booking
    role: Role

    @cached_property
    def reader(self) -> Person | None:
        return find_person(self.booking, self.role)

    @cached_property
    def language(self) -> Language:
        return self.reader.language if self.reader else DEFAULT_LANGUAGE

    @cached_property
    def zone(self) -> ZoneInfo:
        return self.reader.zone if self.reader else local_zone()

    def say(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in. Raises KeyError."""
        return texts(self.language)[key].format(**values)

    def moment(self, moment: datetime) -> str:
        """A time for a notification; a zone other than the platform's is named."""
        return day_and_time(moment, self.zone, self.language)

    def moment_and_zone(self, moment: datetime) -> str:
        """A time for a mail, which is read anywhere, so the zone is always named."""
        return day_time_and_zone(moment, self.zone, self.language)

    @property
    def counterpart(self) -> str:
        """The name of the other person."""
        other: Role = "tutor" if self.role == "student" else "student"
        return full_name(find_person(self.booking, other), other, self.language)

    @property
    def kind_and_form(self) -> str:
        """Such as "zajęcia indywidualne, online"."""
        return kind_and_form(self.booking.kind, self.booking.form, self.language)

    @property
    def minutes(self) -> str:
        """Such as "60 min"."""
        return self._in_minutes(self.booking.length)

    def _in_minutes(self, length: timedelta) -> str:
        return self.say("minutes", number=round(length.total_seconds() / 60))

    def reason(self, change: BookingChange) -> str:
        """The reason for a change: in the reader's language if the platform gave it, otherwise as it was written."""
        return reasons_in(self.language).get(change.reason, change.reason)

    @property
    def price(self) -> str:
        """Such as "80,00 PLN"."""
        return f"{self.booking.price:.2f} {self.booking.currency}".replace(".", self.say("decimal_mark"))

    @property
    def description(self) -> str:
        """Such as "zajęcia indywidualne, online, 60 min"."""
        return f"{self.kind_and_form}, {self.minutes}"

    def headline(self, event: BookingEventType) -> str:
        """What happened, in a few words."""
        is_own = event == "booked" and self.role == "student"
        return self.say("headline.confirmed" if is_own else f"headline.{event}")

    def sentence(self, change: BookingChange) -> str:
        """What happened, with whom, to which session, and what the reader can do about it."""
        when = self.moment(change.starts_at or self.booking.starts_at)
        fact = f"{self.headline(event_type(change))}: {self.counterpart}, {when} ({self.description})."
        return f"{fact} {self.consequence(change, self.moment)}".rstrip()

    def consequence(self, change: BookingChange, say_moment: SayMoment) -> str:
        """What follows for the reader, "" if nothing."""
        match event_type(change), self.role:
            case "requested", "tutor":
                return self._until("answer", say_moment)
            case "offered", "student":
                return self._until("accept", say_moment)
            case "move_proposed", "student":
                return self._proposed(change, say_moment)
            case "rescheduled" | "move_accepted", _:
                return f"{self._previously(change, say_moment)} {self.confirmation_of_move(change)}".strip()
            case "withdrawn" | "cancelled", "tutor" if not self.booking.taken:
                return self.say("time_is_free")
        return self._without_times(change)

    def _without_times(self, change: BookingChange) -> str:
        match event_type(change), self.role:
            case "completed", "student":
                return self.say("review")
            case "move_agreed", _:
                return self.say("others_are_asked")
            case "move_declined" | "move_withdrawn" | "move_expired", _:
                return self.say("time_stays")
        return ""

    def _proposed(self, change: BookingChange, say_moment: SayMoment) -> str:
        """The time that the tutor proposes, how long the session would be, and what the student can do."""
        if change.proposed_starts_at is None or change.proposed_ends_at is None:
            return ""
        length = self._in_minutes(change.proposed_ends_at - change.proposed_starts_at)
        new_time = self.say("new_time", moment=say_moment(change.proposed_starts_at), length=length)
        return f"{new_time} {self.answer_to_proposal(say_moment)}"

    def answer_to_proposal(self, say_moment: SayMoment) -> str:
        """What a student can do about a proposal, and until when."""
        until = self.booking.proposal_expires_at
        return self.say("agree_until", moment=say_moment(until)) if until else self.say("agree")

    def confirmation_of_move(self, change: BookingChange) -> str:
        """That the new time of a request still has to be confirmed, "" if not."""
        waits = {"tutor": "new_time_to_confirm", "student": "new_time_waits"}[self.role]
        return self.say(waits) if change.to_state == "pending" else ""

    def _until(self, key: str, say_moment: SayMoment) -> str:
        until = self.booking.expires_at
        return self.say(f"{key}_until", moment=say_moment(until)) if until else self.say(key)

    def _previously(self, change: BookingChange, say_moment: SayMoment) -> str:
        """The time before the move; if only the length changed, the new length."""
        if change.old_starts_at is None:
            return ""
        if change.old_starts_at == (change.starts_at or self.booking.starts_at):
            return self.say("new_length", length=self.minutes)
        return self.say("previously", moment=say_moment(change.old_starts_at))
