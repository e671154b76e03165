"""The Lambda handler of attachments: apart from the rest of the chat, because pictures take memory to check."""

from functions.chat.api.attachment_routes import attachments
from functions.chat.api.file_routes import chat_files
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(attachments, chat_files, versions=VERSIONS)
