"""The Lambda handler of the bookings feature."""

from functions.bookings.api.routers import ROUTERS
from shared.kit.http.app import http_handler

handler = http_handler(*ROUTERS)
