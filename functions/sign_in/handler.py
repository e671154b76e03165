"""The Lambda handler of the sign-in feature."""

from functions.sign_in.routes import sign_in
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(sign_in, versions=VERSIONS)
