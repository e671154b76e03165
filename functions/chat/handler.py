"""The Lambda handler of the chat feature over HTTP."""

from functions.chat.api.routers import ROUTERS
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(*ROUTERS, versions=VERSIONS)
