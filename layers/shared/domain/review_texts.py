"""Texts about reviews and reports, for notifications and mails."""

from shared.domain.names import presentable
from shared.domain.platform_settings import platform_settings
from shared.texts import Language, texts


def name_for_others(first_name: str, last_name: str, language: Language) -> str:
    """A name as strangers see it: the last name as an initial, unless the platform shows all of it."""
    last = presentable(last_name)
    if last and platform_settings().reviewer_initials:
        last = f"{last[0]}."
    return " ".join(filter(None, (presentable(first_name), last))) or texts(language)["nameless.anybody"]


def review_sentence(kind: str, name: str, stars: int, language: Language) -> str:
    """The text of a notification. Raises KeyError for an unknown kind."""
    # A final initial already ends with a full stop.
    return texts(language)[f"{kind}.sentence"].format(name=name, stars=stars).replace("..", ".")
