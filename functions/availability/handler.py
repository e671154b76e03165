"""The Lambda handler of the availability feature."""

from functions.availability.hours_routes import availability_hours
from functions.availability.routes import availability
from functions.availability.terms_routes import booking_terms
from shared.kit.http.routing import http_handler

handler = http_handler(availability, availability_hours, booking_terms)
