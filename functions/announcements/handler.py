"""The Lambda handler of the announcements feature."""

from functions.announcements.routes import announcements
from shared.kit.http.app import http_handler

handler = http_handler(announcements)
