"""The Lambda handler of the availability feature."""

from functions.availability.api.routers import ROUTERS
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(*ROUTERS, versions=VERSIONS)
