"""The Lambda door of the bookings feature."""

from functions.bookings.routes import bookings
from functions.bookings.waitlist_routes import waitlist
from shared.kit.http import http_handler

handler = http_handler(bookings, waitlist)
