"""Every router of the feature."""

from functions.availability.api.deprecated_routes import deprecated
from functions.availability.api.hours_routes import hours
from functions.availability.api.offered_routes import offered
from functions.availability.api.schedule_routes import schedule
from functions.availability.api.slot_routes import bookable_slots
from functions.availability.api.terms_routes import terms

ROUTERS = (schedule, offered, hours, terms, bookable_slots, deprecated)
