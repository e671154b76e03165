"""The states of bookings, for use in statements. Constraints and database functions repeat them as literals."""

from shared.kit.db.query import Sql, compose

# Of a booking that takes its student's time.
ACTIVE_STATES = Sql("('pending', 'confirmed')")
# Of one that takes no seat any more.
ENDED_STATES = Sql("('cancelled', 'expired')")
# Of one whose student has the seat for certain.
SEATED_STATES = Sql("('confirmed', 'completed', 'no_show')")
# Of a booking `b`: a proposal to move its session asks its student. An offer is a seat nobody has yet; it moves along.
IS_ASKED = compose("b.state IN {active} AND b.awaiting IS DISTINCT FROM 'student'", active=ACTIVE_STATES)
