"""List which sessions of a tutor can be booked."""

from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Literal, NamedTuple

from functions.availability.data.slots import load_bookable_time
from functions.availability.domain.slot_query import SlotWindow
from shared.domain.free_time import Span, Terms
from shared.kit.errors import FieldErrors, NotFound

NOT_OFFERED = "Dostępne długości zajęć w minutach: {}."


@dataclass(frozen=True, slots=True)
class SlotKind:
    """How a slot can be booked; a group that is not open yet has no session."""

    kind: Literal["individual", "group"]
    session_id: int | None = None
    free_seats: int = 0
    seats: int = 0


class BookableSlot(NamedTuple):
    span: Span
    kind: SlotKind


def list_slots(tutor_id: int, window: SlotWindow, length: int | None, most: int | None = None) -> list[BookableSlot]:
    """Free slots of the requested length and groups with free seats, by start; at most `most`, if given.

    A tutor whose profile is incomplete has none. The default length is the first of the tutor's lengths.
    Raises FieldErrors or NotFound.
    """
    span = window.span
    found = load_bookable_time(tutor_id, span)
    if found is None:
        raise NotFound
    lengths = found.calendar.terms.session_lengths
    length = lengths[0] if length is None else length
    if length not in lengths:
        raise FieldErrors({"length": [NOT_OFFERED.format(", ".join(map(str, lengths)))]})
    if not found.calendar.terms.is_complete:
        return []
    kind = kind_of_free_time(found.calendar.terms)
    free = (BookableSlot(each, kind) for each in found.calendar.free_slots(length, span))
    groups = [
        BookableSlot(group.span, SlotKind("group", group.session_id, group.free_seats, group.seats))
        for group in found.groups
    ]
    groups.sort(key=_span_of)
    return list(islice(merge(free, groups, key=_span_of), most))


def _span_of(slot: BookableSlot) -> Span:
    return slot.span


def kind_of_free_time(terms: Terms) -> SlotKind:
    """The kind of session that free time can be booked as; with a tutor who teaches only groups it opens a group."""
    if terms.individual_sessions:
        return SlotKind("individual")
    return SlotKind("group", None, terms.group_seats, terms.group_seats)
