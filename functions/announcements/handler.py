"""The Lambda handler of the announcements feature."""

from functions.announcements.desk_routes import announcements_desk
from functions.announcements.routes import announcements
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(announcements, announcements_desk, versions=VERSIONS)
