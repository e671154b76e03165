"""The life of a booking: every way from one state to another (docs/decisions/0012-bookings.md draws it)."""

from typing import Final, Literal, NamedTuple
from uuid import UUID

State = Literal["pending", "confirmed", "cancelled", "expired", "completed", "no_show"]
Role = Literal["student", "tutor", "system"]


class Actor(NamedTuple):
    """Who takes a step, and why; the system is nobody."""

    id: UUID | None
    role: Role
    reason: str = ""


SYSTEM: Final = Actor(None, "system")


class Step(NamedTuple):
    """A step and the name its change is written down by.

    A pending booking takes it only while it awaits `awaiting`, if that is given; `then_awaiting` is who has to answer
    a booking that is pending after it.
    """

    kind: str
    before: tuple[State, ...]
    after: State
    awaiting: Role | None = None
    then_awaiting: Role | None = None

    def leads_from(self, state: str, awaiting: str | None) -> bool:
        return state in self.before and self.awaiting in {None, awaiting}


CONFIRM: Final = Step("confirmed", ("pending",), "confirmed", awaiting="tutor")
DECLINE: Final = Step("cancelled", ("pending",), "cancelled", awaiting="tutor")
ACCEPT: Final = Step("confirmed", ("pending",), "confirmed", awaiting="student")
# An offer that was accepted where the tutor confirms by hand.
REQUEST: Final = Step("requested", ("pending",), "pending", awaiting="student", then_awaiting="tutor")
CANCEL: Final = Step("cancelled", ("pending", "confirmed"), "cancelled")
EXPIRE: Final = Step("expired", ("pending",), "expired")
COMPLETE: Final = Step("completed", ("confirmed", "no_show"), "completed")
MISS: Final = Step("no_show", ("confirmed", "completed"), "no_show")

# Not of the table: moving in time leaves the state as it is.
MOVABLE: Final = ("pending", "confirmed")
