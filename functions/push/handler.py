"""The Lambda handler of the push feature."""

from functions.push.routes import push
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(push, versions=VERSIONS)
