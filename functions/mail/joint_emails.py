"""Joint emails about several bookings at once, such as a weekly series or a group: one email with a list."""

from functions.mail import repository
from functions.mail.email_message import CalendarEntry, Email, Fact
from functions.mail.folded_changes import sessions_to_tell
from functions.mail.greetings import greeting
from functions.mail.new_accounts import mailable
from functions.mail.repository import Addressee
from shared.data.bookings import (
    LIST_CHANGES_OF_GROUPS,
    LIST_CHANGES_OF_SERIES,
    Booking,
    BookingChange,
    Role,
    find_bookings,
)
from shared.domain.platform_settings import platform_settings
from shared.domain.series_texts import SeriesTexts
from shared.kit.db.pool import PooledConnection, connection

Sessions = list[tuple[BookingChange, Booking]]


def series_change_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """What happened to a series; None if the addressee is no longer its student or tutor, or need not know."""
    with connection() as db:
        changes = LIST_CHANGES_OF_SERIES.all(db, ([payload["change"]],))
        sessions = _with_bookings(db, changes)
        role = _role(sessions, to)
        if role == "tutor":
            sessions = [each for each in sessions if each[0].first_of_group_id is None]
        return _email(to, role, _to_tell(db, sessions, payload))


def group_change_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """A mail about an event of a whole group; None if the addressee is no longer its tutor or need not know."""
    with connection() as db:
        sessions = _with_bookings(db, LIST_CHANGES_OF_GROUPS.all(db, ([payload["change"]],)))
        return _email(to, _role(sessions, to), _to_tell(db, sessions, payload))


def _with_bookings(db: PooledConnection, changes: list[BookingChange]) -> Sessions:
    bookings = find_bookings(db, {change.booking_id for change in changes})
    return [(change, bookings[change.booking_id]) for change in changes]


def _role(sessions: Sessions, to: Addressee) -> Role | None:
    if not sessions:
        return None
    first = sessions[0][1]
    return "student" if first.student_id == to.user_id else "tutor" if first.tutor_user_id == to.user_id else None


def _to_tell(db: PooledConnection, sessions: Sessions, payload: dict[str, int]) -> Sessions:
    """What still holds of a mail that waited, with the times that the reader knows."""
    ids = [booking.id for _change, booking in sessions]
    untold = repository.find_untold(db, ids, payload["since"]) if "since" in payload else {}
    if "waited" not in payload:
        return sessions
    return sessions_to_tell(sessions, repository.find_latest_about_time(db, ids), untold)


def _email(to: Addressee, role: Role | None, sessions: Sessions) -> Email | None:
    if role is None or not sessions:
        return None
    series = SeriesTexts(sessions, role)
    words = series.words
    more = series.consequence(words.moment_and_zone)
    return Email(
        subject=series.summary,
        greeting=greeting(to.first_name, words.language),
        before=f"{series.opening} {more}".rstrip(),
        facts=_facts(series),
        link_text=words.say("open_platform"),
        link=f"{platform_settings().front_url}/",
        after=words.say("closing.bookings"),
        calendar=_entries(series),
        language=words.language,
    )


def _facts(series: SeriesTexts) -> tuple[Fact, ...]:
    """The facts: every session's time, a room or place only if all share it, and a student's note except in groups."""
    words, booking = series.words, series.words.booking
    # Only a tutor is told of a whole group.
    other = "students" if series.is_group else "tutor" if series.role == "student" else "student"
    when = words.say("fact.when")
    facts = [Fact(words.say(f"fact.{other}"), ", ".join(series.counterparts))]
    times = series.times(words.moment_and_zone)
    facts += [Fact(when if series.is_group else f"{when} ({n})", time) for n, time in enumerate(times, 1)]
    facts.append(Fact(words.say("fact.what"), words.description))
    places = {each.meeting_url or each.location for _change, each in series.sessions}
    if len(places) == 1 and (place := booking.meeting_url or booking.location):
        facts.append(Fact(words.say("fact.where"), place, is_link=bool(booking.meeting_url)))
    if series.role == "tutor" and booking.note and not series.is_group:
        facts.append(Fact(words.say("fact.note"), mailable(booking.student_id, booking.note, words.language)))
    facts.append(Fact(words.say(f"fact.price_{'seat' if series.is_group else 'each'}"), words.price))
    change = series.first[0]
    reason = mailable(change.actor_id, words.reason(change), words.language)
    return (*facts, *([Fact(words.say("fact.reason"), reason)] if reason else []))


def _entries(series: SeriesTexts) -> CalendarEntry | None:
    """The sessions as calendars should have them now, except those that a later email covers."""
    entered = [booking for change, booking in series.sessions if change.is_for_calendars]
    if not entered:
        return None
    # Imported here, because it loads all time zones, which most mails do not need.
    from shared.domain.calendars import mailed_entries

    return CalendarEntry("PUBLISH", mailed_entries(entered, series.role), series.words.say("calendar.file"))
