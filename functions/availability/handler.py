"""The Lambda handler of the availability feature."""

from functions.availability.api.routers import ROUTERS
from shared.kit.http.routing import http_handler

handler = http_handler(*ROUTERS)
