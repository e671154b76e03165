"""The search parameters for the API documentation; the frontend's own way of sending them is read by `filters`."""

from typing import Any

from functions.tutors.filters import COMPARISONS, PAGE_SIZE, STEPS, SWITCHES
from functions.tutors.free_time import DAYS, LONGEST, MAX_DAYS, SHORTEST


def _parameter(name: str, description: str, example: Any, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "example": example, "schema": schema}


FREE = "Tutors with a slot that can be booked: "
SEARCH_PARAMETERS = [
    _parameter(
        "search_by_full_name",
        "Parts of the name in any order; case and diacritics do not matter, nor one typo if nothing else matches.",
        "lucja",
        type="string",
    ),
    _parameter("tutoring_location", "The start of the location or of one of its words.", "rzesz", type="string"),
    {
        "name": "skills",
        "in": "query",
        "description": "A skill by its exact name; repeat it to find tutors of any of several.",
        "example": ["Fizyka"],
        "schema": {"type": "array", "items": {"type": "string"}},
    },
    *(
        _parameter(f"{column}__{comparison}", f"Bound of the {column}.", 3, type="number")
        for column in STEPS
        for comparison in COMPARISONS
    ),
    *(_parameter(name, "true, false or 1, 0; anything else is no filter.", "true", type="string") for name in SWITCHES),
    *(
        _parameter(name, "The average rating wins if both are given.", "desc", type="string", enum=["asc", "desc"])
        for name in ("sorting_by_average_rating", "sorting_by_hourly_rate")
    ),
    _parameter(
        "free_from", f"{FREE}not before this time of day. Any of these makes the filter.", "16:00", type="string"
    ),
    _parameter(
        "free_to", f"{FREE}not after it; past midnight if it is no later than the start.", "20:00", type="string"
    ),
    {
        "name": "free_weekdays",
        "in": "query",
        "description": f"{FREE}on these days, 1 is Monday; repeat it or put commas between. All without any.",
        "example": ["1,3"],
        "schema": {"type": "array", "items": {"type": "string"}},
    },
    _parameter("free_tz", "IANA name of the zone these times are meant in.", "Europe/Warsaw", type="string"),
    _parameter("free_within", f"{FREE}within so many days.", DAYS, type="integer", minimum=1, maximum=MAX_DAYS),
    _parameter(
        "free_length",
        f"{FREE}of so many minutes; without it of the tutor's first length.",
        60,
        type="integer",
        minimum=SHORTEST,
        maximum=LONGEST,
    ),
    _parameter("page_size", "Tutors a page.", 20, type="integer", minimum=1, maximum=PAGE_SIZE),
    _parameter("cursor", "Where the page starts: taken from the Link header of the one before.", "", type="string"),
]
OF_PAGES = ("page_size", "cursor", "sorting_by_average_rating", "sorting_by_hourly_rate")
FACET_PARAMETERS = [each for each in SEARCH_PARAMETERS if each["name"] not in OF_PAGES]
