"""The Lambda handler of the bookings feature."""

from functions.bookings.api.routers import ROUTERS
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(*ROUTERS, versions=VERSIONS)
