"""The Lambda door of the tutors feature."""

from functions.tutors.routes import tutors
from functions.tutors.settings_routes import tutor_settings
from shared.kit.http import http_handler

handler = http_handler(tutors, tutor_settings)
