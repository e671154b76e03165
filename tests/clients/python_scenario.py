"""A student books a tutor and sends notes, as a program that uses the generated Python client would.

`python python_scenario.py <URL of the server>`, with the client as the package `tutoring` on the path.
"""

import re
import sys
import time
from datetime import timedelta
from io import BytesIO

import httpx
from tutoring.api.accounts import confirm_email, register_account
from tutoring.api.availability import change_booking_terms, list_slots, replace_weekly_hours
from tutoring.api.bookings import book_series, book_session, cancel_booking, get_booking, list_as_student
from tutoring.api.chat import fetch_attachment_file, open_conversation, send_file
from tutoring.api.tokens import sign_in
from tutoring.api.tutor_settings import (
    change_hourly_rate,
    change_session_kinds,
    change_session_methods,
    replace_skills,
)
from tutoring.api.tutors import get_tutor_overview, search_tutors
from tutoring.client import AuthenticatedClient, Client
from tutoring.models import (
    BookingTermsChange,
    Cancellation,
    ChangedReservation,
    ConfirmationToken,
    Conversation,
    Credentials,
    Error,
    ErrorCode,
    FieldErrors,
    GroupChange,
    Info,
    MethodChange,
    NewBooking,
    NewConversation,
    NewConversationUsersItem,
    NewHours,
    NewSeries,
    NewWeek,
    PostedMessageItem,
    PriceChange,
    Registration,
    Reservation,
    SendFileBody,
    SeriesConflictError,
    SkillsChange,
    SlotPage,
    TokenPair,
)
from tutoring.types import File

SERVER = sys.argv[1]
PASSWORD = "Zielona!Herbata7"
public = Client(base_url=SERVER, raise_on_unexpected_status=True)


def member(email: str, first_name: str, *, is_tutor: bool) -> AuthenticatedClient:
    """Register, follow the link of the mail and sign in."""
    person = Registration(email, PASSWORD, first_name=first_name, last_name="Nowak", is_tutor=is_tutor)
    assert isinstance(register_account.sync(client=public, body=person), Info)
    again = register_account.sync(client=public, body=person)
    assert isinstance(again, FieldErrors)
    assert again["email"], again
    assert isinstance(confirm_email.sync(client=public, body=ConfirmationToken(mailed_token(email))), Info)
    pair = sign_in.sync(client=public, body=Credentials(email, PASSWORD))
    assert isinstance(pair, TokenPair), pair
    return AuthenticatedClient(base_url=SERVER, token=pair.access, raise_on_unexpected_status=True)


def mailed_token(email: str) -> str:
    """The token in the mail to an address, once the mail has arrived."""
    for _ in range(100):
        for mail in httpx.get(f"{SERVER}/_local/mail", params={"to": email}).json():
            if token := re.search(r"[?&]token=([\w.~-]+)", mail["text"]):
                return token[1]
        time.sleep(0.1)
    raise LookupError(email)


def offer_sessions(tutor: AuthenticatedClient) -> None:
    """Set everything that a booking requires."""
    change_hourly_rate.sync(client=tutor, body=PriceChange(80))
    change_session_kinds.sync(client=tutor, body=GroupChange(individual_sessions_available=True))
    change_session_methods.sync(client=tutor, body=MethodChange(online_sessions_available=True))
    replace_skills.sync(client=tutor, body=SkillsChange(["Fizyka"]))


def offer_time(tutor: AuthenticatedClient) -> None:
    hours = [NewHours(day, "00:00", "24:00") for day in range(1, 8)]
    replace_weekly_hours.sync(client=tutor, body=NewWeek(hours))
    change_booking_terms.sync(client=tutor, body=BookingTermsChange(session_lengths=[60], cancellation_notice=1))


def what_to_do(error: Error) -> str:
    match error.code:
        case ErrorCode.SLOT_TAKEN | ErrorCode.STUDENT_BUSY | ErrorCode.SLOT_NOT_OFFERED:
            return "choose another time"
        case ErrorCode.WRONG_STATE | ErrorCode.EXPIRED:
            return "look again"
        case _:
            return "show it"


tutor, student = member("t@prz.edu.pl", "Łucja", is_tutor=True), member("ola@example.com", "Ola", is_tutor=False)
offer_sessions(tutor)
offer_time(tutor)
found = search_tutors.sync(client=public, search_by_full_name="lucja")
assert isinstance(found, list), found
[card] = found
slots = list_slots.sync(card.id, client=public)
assert isinstance(slots, SlotPage), slots
slot = slots.results[5]
assert slot.end_time - slot.start_time == timedelta(hours=1)

wanted = NewBooking(tutor=card.id, start_time=slot.start_time, length=60, note="Całki")
booked = book_session.sync(client=student, body=wanted, idempotency_key="first")
assert isinstance(booked, Reservation), booked
assert book_session.sync(client=student, body=wanted, idempotency_key="first") == booked
refused = book_session.sync(client=student, body=wanted)
assert isinstance(refused, Error), refused
assert what_to_do(refused) == "choose another time", refused

clash = book_series.sync(client=student, body=NewSeries(tutor=card.id, start_time=slot.start_time, length=60, weeks=2))
assert isinstance(clash, SeriesConflictError), clash
assert clash.conflicts[0].start_time == slot.start_time

page = list_as_student.sync(client=student)
assert [each.id for each in page.results] == [booked.id]
assert page.results[0].tutor.first_name == "Łucja"
assert get_booking.sync(booked.id, client=student).start_time == slot.start_time

teacher = NewConversationUsersItem(get_tutor_overview.sync(card.id, client=public).user_id)
talk = open_conversation.sync(client=student, body=NewConversation([teacher]))
assert isinstance(talk, Conversation), talk
notes = b"f(x) = x\n"
sent = send_file.sync(client=student, body=SendFileBody(talk.id, File(BytesIO(notes), "notes.txt", "text/plain")))
assert isinstance(sent, PostedMessageItem), sent
signed, name = sent.attachments[0].url.rsplit("/", 2)[1:]
fetched = fetch_attachment_file.sync(signed, name, client=public)
assert isinstance(fetched, File), fetched
assert fetched.payload.read() == notes

cancelled = cancel_booking.sync(booked.id, client=student, body=Cancellation("Choroba"))
assert isinstance(cancelled, ChangedReservation), cancelled
assert cancelled.state.value == "cancelled"
again = cancel_booking.sync(booked.id, client=student, body=Cancellation())
assert isinstance(again, Error), again
assert what_to_do(again) == "look again", again

print("done")  # noqa: T201 - the test reads it
