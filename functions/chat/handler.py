"""The Lambda handler of the chat feature over HTTP."""

from functions.chat.api.routes import chat
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(chat, versions=VERSIONS)
