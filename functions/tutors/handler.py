"""The Lambda handler of the tutors feature."""

from functions.tutors.routes import tutors
from functions.tutors.settings_routes import tutor_settings
from shared.kit.http.routing import http_handler

handler = http_handler(tutors, tutor_settings)
