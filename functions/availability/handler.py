"""The Lambda door of the availability feature."""

from functions.availability.routes import availability
from shared.kit.http import http_handler

handler = http_handler(availability)
