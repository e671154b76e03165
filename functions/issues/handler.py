"""The Lambda handler of the issues feature."""

from functions.issues.routes import issues
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(issues, versions=VERSIONS)
