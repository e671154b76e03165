"""The states of bookings, for use in statements. Constraints and database functions repeat them as literals."""

from shared.kit.db.query import Sql, compose

# A booking in one of these takes up its student's time.
ACTIVE_STATES = Sql("('pending', 'confirmed')")
# A booking in one of these no longer takes a seat.
ENDED_STATES = Sql("('cancelled', 'expired')")
# In these the student's seat is certain.
SEATED_STATES = Sql("('confirmed', 'completed', 'no_show')")
# A booking `b` whose student is asked about a proposal to move its session. An offer's seat is nobody's yet; it just
# moves along.
IS_ASKED = compose("b.state IN {active} AND b.awaiting IS DISTINCT FROM 'student'", active=ACTIVE_STATES)
