"""The nouns: tables with their invariants. Importing this package registers all of them."""

from shared.models.accounts import EmailToken, SignInSession, User
from shared.models.availability import ScheduleItem
from shared.models.base import Base
from shared.models.chat import Connection, Conversation, Member, Message
from shared.models.mail import OutboxMail
from shared.models.reviews import Rating
from shared.models.tutors import Skill, Tutor

__all__ = [
    "Base",
    "Connection",
    "Conversation",
    "EmailToken",
    "Member",
    "Message",
    "OutboxMail",
    "Rating",
    "ScheduleItem",
    "SignInSession",
    "Skill",
    "Tutor",
    "User",
]
