"""The structure of responses of version 2 (docs/contract-newer.md, sections 3 and 4); further keys are allowed."""

import re
from typing import Any

# As the frontend's `new Date()` accepts them, in Warsaw time; a fraction only if it is not zero.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!0{6})\d{6})?\+0[12]:00")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
URL = re.compile(r"https?://[^/\s]+/\S+")
AVERAGE = re.compile(r"[0-5]\.\d")
NAMES = {"first_name": str, "last_name": str}
PICTURE = {"profile_image": URL}


def page(of: Any) -> dict[str, Any]:
    return {"count": int, "next": (URL, None), "previous": (URL, None), "results": [of]}


PROFILE = {
    "id": UUID,
    "email": str,
    **NAMES,
    **PICTURE,
    "is_tutor": bool,
    "created_at": TIME,
    "is_oauth2": bool,
}
SWITCHES = dict.fromkeys(
    (
        "online_sessions_available",
        "in_person_sessions_available",
        "individual_sessions_available",
        "group_sessions_available",
    ),
    bool,
)
SETTINGS = {"description": (str, None), "price": int, "tutoring_location": (str, None), **SWITCHES}
CARD = {"id": int, **NAMES, **PICTURE, **SETTINGS, "avg_rating": AVERAGE, "skills": [str]}
SLOT = {"id": int, "start_time": TIME, "end_time": TIME, "is_reserved": bool}
DETAILS = {
    "user_id": UUID,
    **NAMES,
    **PICTURE,
    **SETTINGS,
    "skills": [str],
    "avg_rating": AVERAGE,
    "tutor_schedule_items": [SLOT],
}
OWN_REVIEW = {"rating": int, "review": str, "created_at": TIME}
REVIEW = {**OWN_REVIEW, "student_first_name": str, "student_last_name": str}
RESERVED = {
    "id": int,
    "is_confirmed": bool,
    "created_at": TIME,
    "user": UUID,
    "tutor": int,
    "schedule_item": int,
}
AS_STUDENT = {**RESERVED, "schedule_item": SLOT, "tutor": {"id": int, **NAMES, **PICTURE}}
AS_TUTOR = {**RESERVED, "schedule_item": SLOT, "user": {"id": UUID, **NAMES, **PICTURE}}
NOTIFICATION = {"id": int, "notification": {"message": str}, "is_read": bool, "created_at": TIME}
USER = {"id": UUID, **NAMES, **PICTURE}
MESSAGE = {
    "id": UUID,
    "conversation": UUID,
    "body": str,
    "created_at": TIME,
    "created_by": USER,
    "file": (URL, None),
}
CONVERSATION = {
    "id": UUID,
    "users": [USER],
    "last_message": (MESSAGE, None),
    "created_at": TIME,
    "updated_at": TIME,
    "created_by": (UUID, None),
}
ANNOUNCEMENT = {
    "id": int,
    "tutor": {"id": int, **NAMES, **PICTURE},
    "tags": [{"name": str}],
    "title": str,
    "description": str,
    "created_at": TIME,
}
ISSUE = {
    "id": UUID,
    "category": str,
    "title": str,
    "description": str,
    "created_at": TIME,
    "updated_at": TIME,
    "status": str,
    "reported_by": UUID,
}
RESPONSE = {"id": (int, UUID), "body": str, "created_at": TIME, "issue": UUID, "responder": object}


def mismatch(value: Any, shape: Any, place: str = "answer") -> str:
    """Where a value does not match a shape, in words; "" if it does. Lists have at least one element."""
    match shape:
        case None:
            fits = value is None
        case re.Pattern():
            fits = isinstance(value, str) and bool(shape.fullmatch(value))
        case tuple():
            fits = not all(mismatch(value, each, place) for each in shape)
        case dict() if isinstance(value, dict) and shape.keys() <= value.keys():
            return next(filter(None, (mismatch(value[key], shape[key], f"{place}.{key}") for key in shape)), "")
        case [of] if isinstance(value, list) and value:
            return next(filter(None, (mismatch(each, of, f"{place}[]") for each in value)), "")
        case type():
            fits = isinstance(value, shape) and (shape is not int or not isinstance(value, bool))
        case _:
            fits = False
    return "" if fits else f"{place}: {value!r}"
