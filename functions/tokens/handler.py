"""The Lambda handler of the tokens feature."""

from functions.tokens.device_routes import devices
from functions.tokens.identity_routes import identities
from functions.tokens.routes import tokens
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(tokens, devices, identities, versions=VERSIONS)
