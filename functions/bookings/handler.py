"""The Lambda handler of the bookings feature."""

from functions.bookings.routes import bookings
from functions.bookings.waitlist_routes import waitlist
from shared.kit.http.routing import http_handler

handler = http_handler(bookings, waitlist)
