"""The Lambda handler of the notifications feature: notifications, preferences and the calendar feed."""

from functions.notifications.api.calendar_routes import calendar
from functions.notifications.api.preference_routes import preferences
from functions.notifications.api.routes import notifications
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(notifications, preferences, calendar, versions=VERSIONS)
