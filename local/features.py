"""All features: their routers, and their functions for sockets and schedules."""

from functions.accounts.email_changes.link_routes import email_change_links
from functions.accounts.email_changes.routes import email_changes
from functions.accounts.routes import accounts
from functions.announcements.desk_routes import announcements_desk
from functions.announcements.routes import announcements
from functions.availability.api.routers import ROUTERS as AVAILABILITY
from functions.bookings.api.routers import ROUTERS as BOOKINGS
from functions.chat.api.attachment_routes import attachments
from functions.chat.api.file_routes import chat_files
from functions.chat.api.routers import ROUTERS as CHAT
from functions.issues.routes import issues
from functions.notifications.api.calendar_routes import calendar
from functions.notifications.api.preference_routes import preferences
from functions.notifications.api.routes import notifications
from functions.profiles.me_routes import me
from functions.profiles.routes import profiles
from functions.push.routes import push
from functions.reviews.desk_routes import reviews_desk
from functions.reviews.moderation_routes import review_moderation
from functions.reviews.routes import reviews
from functions.second_factors.api.routers import ROUTERS as SECOND_FACTORS
from functions.sign_in.routes import sign_in
from functions.staff.routes import staff
from functions.tokens.device_routes import devices
from functions.tokens.identity_routes import identities
from functions.tokens.routes import tokens
from functions.tutors.api.routers import ROUTERS as TUTORS
from shared.kit.http.fastapi import APIRouter

ROUTERS: tuple[APIRouter, ...] = (
    *TUTORS,
    tokens,
    devices,
    identities,
    *SECOND_FACTORS,
    sign_in,
    accounts,
    email_changes,
    email_change_links,
    profiles,
    me,
    *AVAILABILITY,
    *BOOKINGS,
    reviews,
    review_moderation,
    *CHAT,
    attachments,
    chat_files,
    notifications,
    preferences,
    push,
    calendar,
    announcements,
    issues,
    staff,
    reviews_desk,
    announcements_desk,
)
