"""The Lambda door of the notifications feature: notifications and the calendar feed."""

from functions.notifications.calendar_routes import calendar
from functions.notifications.routes import notifications
from shared.kit.http import http_handler

handler = http_handler(notifications, calendar)
