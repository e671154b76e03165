"""The life of a booking: every way from one state to another (docs/decisions/0012-bookings.md draws it)."""

from typing import Final, Literal, NamedTuple
from uuid import UUID

State = Literal["pending", "confirmed", "cancelled", "expired", "completed", "no_show"]
Role = Literal["student", "tutor", "system"]
# Who must respond to a pending booking: the tutor to a request, the student to an offer from the waitlist.
Answerer = Literal["student", "tutor"]
ChangeKind = Literal[
    "requested",
    "confirmed",
    "offered",
    "cancelled",
    "expired",
    "completed",
    "no_show",
    "rescheduled",
    "move_proposed",
    "move_agreed",
    "move_declined",
    "move_withdrawn",
    "move_expired",
]


class Actor(NamedTuple):
    """Who makes a transition, and why; `id` is None for the system."""

    id: UUID | None
    role: Role
    reason: str = ""


SYSTEM: Final = Actor(None, "system")


class Transition(NamedTuple):
    """A transition from some states to another, and the kind of change it is recorded as.

    If `awaiting` is given, a pending booking allows it only while it awaits that person; `then_awaiting` is who must
    answer if the booking is pending afterwards.
    """

    kind: ChangeKind
    before: tuple[State, ...]
    after: State
    awaiting: Answerer | None = None
    then_awaiting: Answerer | None = None

    def leads_from(self, state: State, awaiting: Answerer | None) -> bool:
        return state in self.before and self.awaiting in {None, awaiting}


CONFIRM: Final = Transition("confirmed", ("pending",), "confirmed", awaiting="tutor")
DECLINE: Final = Transition("cancelled", ("pending",), "cancelled", awaiting="tutor")
ACCEPT: Final = Transition("confirmed", ("pending",), "confirmed", awaiting="student")
# Accept an offer when the tutor confirms by hand.
REQUEST: Final = Transition("requested", ("pending",), "pending", awaiting="student", then_awaiting="tutor")
CANCEL: Final = Transition("cancelled", ("pending", "confirmed"), "cancelled")
EXPIRE: Final = Transition("expired", ("pending",), "expired")
COMPLETE: Final = Transition("completed", ("confirmed", "no_show"), "completed")
NO_SHOW: Final = Transition("no_show", ("confirmed", "completed"), "no_show")

# No transition: rescheduling leaves the state as it is.
RESCHEDULABLE: Final[tuple[State, ...]] = ("pending", "confirmed")
