"""The search parameters for the API documentation; the frontend's own way of sending them is read by `filters`."""

from typing import Any

from functions.tutors.filters import COMPARISONS, PAGE_SIZE, STEPS, SWITCHES


def _parameter(name: str, description: str, example: Any, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "example": example, "schema": schema}


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
    _parameter("page_size", "Tutors a page.", 20, type="integer", minimum=1, maximum=PAGE_SIZE),
    _parameter("cursor", "Where the page starts: taken from the Link header of the one before.", "", type="string"),
]
