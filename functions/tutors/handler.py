"""The Lambda handler of the tutors feature."""

from functions.tutors.api.routers import ROUTERS
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(*ROUTERS, versions=VERSIONS)
