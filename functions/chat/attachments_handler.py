"""The Lambda handler of attachments: apart from the rest of the chat, because pictures take memory to check."""

from functions.chat.api.attachment_routes import attachments
from shared.kit.http.app import http_handler

handler = http_handler(attachments)
