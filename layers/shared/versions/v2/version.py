"""The parts of version 2."""

from shared.versions.cookie_version import CookieVersion
from shared.versions.v2 import (
    PREFIX,
    announcements,
    chat,
    issues,
    notifications,
    profiles,
    reservations,
    schedule,
    sign_in,
    tokens,
    tutors,
)

MODULES = (tokens, sign_in, profiles, schedule, tutors, reservations, notifications, chat, announcements, issues)
VERSION = CookieVersion(PREFIX, *(each.endpoints for each in MODULES))
