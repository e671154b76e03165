"""Every router of the feature."""

from functions.tutors.api.page_routes import tutor_pages
from functions.tutors.api.search_routes import tutors
from functions.tutors.api.settings_routes import tutor_settings

ROUTERS = (tutors, tutor_pages, tutor_settings)
