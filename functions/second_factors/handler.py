"""The Lambda handler of the second factors feature."""

from functions.second_factors.api.routers import ROUTERS
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(*ROUTERS, versions=VERSIONS)
