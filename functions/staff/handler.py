"""The Lambda handler of the staff desk."""

from functions.staff.routes import staff
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(staff, versions=VERSIONS)
