"""All routers of the bookings feature."""

from functions.bookings.api.proposal_routes import move_proposals
from functions.bookings.api.reading_routes import booking_lists
from functions.bookings.api.routes import bookings
from functions.bookings.api.series_routes import series
from functions.bookings.api.waitlist_routes import waitlist

ROUTERS = (bookings, move_proposals, booking_lists, series, waitlist)
