"""The Lambda handler of the profiles feature."""

from functions.profiles.me_routes import me
from functions.profiles.routes import profiles
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(profiles, me, versions=VERSIONS)
