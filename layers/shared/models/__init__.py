"""The tables and their invariants. Importing this package registers all of them."""

from shared.models.accounts import EmailToken, SignInSession, StaffAction, User
from shared.models.announcements import Announcement
from shared.models.availability import BookingTerms, HoursOverride, ScheduleItem, WeeklyHours
from shared.models.base import Base
from shared.models.bookings import Booking, BookingChange, IdempotencyKey, TutoringSession, WaitlistEntry
from shared.models.chat import Attachment, Connection, Conversation, JobProgress, Member, Message, Report, SocketTicket
from shared.models.issues import Issue, IssueAnswer
from shared.models.mail import OutboxMail
from shared.models.notifications import CalendarFeed, Notification, NotificationEvent, Reminder
from shared.models.push import OutboxPush, PushSubscription
from shared.models.reviews import Rating, ReviewReport
from shared.models.second_factors import Passkey, PasskeyChallenge, RecoveryCode, SecondFactors, SecondFactorTicket
from shared.models.tutors import FacetChange, FacetCount, Skill, Tutor

__all__ = [
    "Announcement",
    "Attachment",
    "Base",
    "Booking",
    "BookingChange",
    "BookingTerms",
    "CalendarFeed",
    "Connection",
    "Conversation",
    "EmailToken",
    "FacetChange",
    "FacetCount",
    "HoursOverride",
    "IdempotencyKey",
    "Issue",
    "IssueAnswer",
    "JobProgress",
    "Member",
    "Message",
    "Notification",
    "NotificationEvent",
    "OutboxMail",
    "OutboxPush",
    "Passkey",
    "PasskeyChallenge",
    "PushSubscription",
    "Rating",
    "RecoveryCode",
    "Reminder",
    "Report",
    "ReviewReport",
    "ScheduleItem",
    "SecondFactorTicket",
    "SecondFactors",
    "SignInSession",
    "Skill",
    "SocketTicket",
    "StaffAction",
    "Tutor",
    "TutoringSession",
    "User",
    "WaitlistEntry",
    "WeeklyHours",
]
