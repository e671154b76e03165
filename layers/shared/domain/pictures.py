"""Profile pictures as clients get them: always a path on the same host."""

MEDIA_PATH = "/static/media/"
PICTURE_FOLDER = "uploads/user/"
DEFAULT_PICTURE = PICTURE_FOLDER + "default.jpg"


def picture_path(key: str | None) -> str:
    return MEDIA_PATH + (key or DEFAULT_PICTURE)


def picture_sql(column: str) -> str:
    """The SQL equivalent of `picture_path`, for a column."""
    return f"'{MEDIA_PATH}' || coalesce({column}, '{DEFAULT_PICTURE}')"
