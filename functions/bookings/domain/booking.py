"""A booking, with what decisions on it need."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from functions.bookings.domain.transitions import Answerer, Role, State
from shared.domain.free_time import Span

# How long a tutor has to respond to a request, and a student to an offer from the waitlist.
REQUEST_HOLD = timedelta(hours=48)
OFFER_HOLD = timedelta(minutes=30)


class LockedBooking(NamedTuple):
    """What decisions on a booking need, as of the database's `now`.

    It cannot change until the transaction ends, because its people are locked. `members` are the students with a seat
    in the session, `waiting` is the first on its waitlist. `held_session_id` is the session that holds the time of an
    open proposal.
    """

    now: datetime
    id: int
    session_id: int
    student_id: UUID | None
    state: State
    awaiting: Answerer | None
    expires_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    kind: str
    tutor_id: int | None
    tutor_user_id: UUID | None
    confirmation: str | None
    cancellation_notice: int | None
    held_session_id: int | None
    members: list[UUID]
    waiting: list[UUID]

    @property
    def changeable_until(self) -> datetime:
        """The deadline for the student to cancel or reschedule."""
        return self.starts_at - timedelta(hours=self.cancellation_notice or 0)

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def span(self) -> Span:
        """The span in UTC: within one zone datetimes compare by wall clock, ignoring their offsets."""
        return Span(self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC))

    @property
    def is_asked(self) -> bool:
        """Whether its student can respond to a proposal to move the session; an offer is a seat not taken yet."""
        return self.state in {"pending", "confirmed"} and self.awaiting != "student"

    def role_of(self, user_id: UUID) -> Role | None:
        if user_id == self.student_id:
            return "student"
        return "tutor" if user_id == self.tutor_user_id else None
