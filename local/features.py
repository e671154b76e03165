"""All features: their routers, their functions for sockets and schedules."""

from fastapi import APIRouter

from functions.accounts.routes import accounts
from functions.availability.hours_routes import availability_hours
from functions.availability.routes import availability
from functions.availability.terms_routes import booking_terms
from functions.bookings.routes import bookings
from functions.bookings.waitlist_routes import waitlist
from functions.chat.api.routes import chat
from functions.notifications.api.calendar_routes import calendar
from functions.notifications.api.routes import notifications
from functions.profiles.routes import profiles
from functions.reviews.moderation_routes import review_moderation
from functions.reviews.routes import reviews
from functions.tokens.routes import tokens
from functions.tutors.routes import tutors
from functions.tutors.settings_routes import tutor_settings

ROUTERS: tuple[APIRouter, ...] = (
    tutors,
    tokens,
    accounts,
    profiles,
    tutor_settings,
    availability,
    availability_hours,
    booking_terms,
    bookings,
    waitlist,
    reviews,
    review_moderation,
    chat,
    notifications,
    calendar,
)
