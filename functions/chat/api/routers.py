"""Every router of the feature."""

from functions.chat.api.conversation_routes import chat_conversations
from functions.chat.api.message_change_routes import message_changes
from functions.chat.api.message_routes import chat_messages
from functions.chat.api.message_search_routes import message_search
from functions.chat.api.presence_routes import chat_presence
from functions.chat.api.reading_routes import reading
from functions.chat.api.report_routes import reporting
from functions.chat.api.routes import chat
from functions.chat.api.safety_routes import chat_safety
from functions.chat.api.socket_ticket_routes import socket_tickets

ROUTERS = (
    chat,
    chat_conversations,
    chat_messages,
    chat_presence,
    chat_safety,
    message_changes,
    message_search,
    reading,
    reporting,
    socket_tickets,
)
