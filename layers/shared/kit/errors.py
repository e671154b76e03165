"""Errors that define their own response, for HTTP and WebSocket alike."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class AppError(Exception):
    """An error that is answered with {"detail": text, "code": word}.

    Subclasses stand beside the rule they enforce, are named after a fact (`SlotTaken`) and set status, code and detail.
    Codes are for programs and never change; together they are one enum in the API description.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    detail: ClassVar[str] = "Niepoprawne żądanie."
    body: Any = {"detail": detail, "code": code}
    headers: Mapping[str, str] = {}
    # Further keys of the body, as JSON schemas: {"ticket": {"type": "string"}}.
    facts: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        if "body" not in vars(cls):
            cls.body = {"detail": cls.detail, "code": cls.code}


class RecordedError(AppError):
    """An error whose body has a shape of the recorded contract; subclasses set `body`."""

    def __init_subclass__(cls) -> None:
        """Override AppError's hook, so that the body stays as recorded."""


# Kept here, so that code that raises nothing else need not import the types of fields.
REQUIRED = "To pole jest wymagane."


class FieldErrors(RecordedError):
    """400 {"field": ["message", ...], ...} with all invalid fields at once."""

    body: Any = {"field": ["message"]}

    def __init__(self, errors: Mapping[str, str | Sequence[Any]]) -> None:
        super().__init__(errors)
        self.body = dict(errors)


class UnknownField(AppError):
    """The endpoint has no field or query parameter of this name."""

    code = "unknown_field"
    detail = "Nieznana nazwa „strat_time”. Czy chodziło o „start_time”?"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name)
        self.body = {"detail": f"Nieznana nazwa „{name[:50]}”.{_suggestion(name, known)}", "code": self.code}


# How similar (difflib) a name must be to count as a misspelling. Below that it is a different word: where pages are
# selected by `p`, `page` does not mean `page_size`, and listing all names helps more.
SLIP = 0.75


def _suggestion(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    if nearest := get_close_matches(name[:50], known, n=1, cutoff=SLIP):
        return f" Czy chodziło o „{nearest[0]}”?"
    return f" Znane: {', '.join(known)}." if known else ""


class NotFound(RecordedError):
    """404: it does not exist, or the caller may not see it."""

    status = 404
    body: Any = {"detail": "Nie znaleziono."}


class MethodNotAllowed(RecordedError):
    status = 405
    body: Any = {"detail": 'Niedozwolona metoda "GET".'}

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.body = {"detail": f'Niedozwolona metoda "{method}".'}


class UnsupportedMediaType(RecordedError):
    status = 415
    body: Any = {"detail": 'Brak wsparcia dla żądanego typu danych "text/plain".'}

    def __init__(self, media_type: str) -> None:
        super().__init__(media_type)
        self.body = {"detail": f'Brak wsparcia dla żądanego typu danych "{media_type}".'}


class MalformedJson(RecordedError):
    body: Any = {"detail": "JSON parse error - Expecting value: line 1 column 1 (char 0)"}

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.body = {"detail": f"JSON parse error - {reason}"}


class PayloadTooLarge(AppError):
    status = 413
    code = "payload_too_large"
    detail = "Przesłane dane są zbyt duże."


class Throttled(AppError):
    """429 with Retry-After in seconds."""

    status = 429
    code = "throttled"
    detail = "Zbyt wiele prób. Spróbuj ponownie później."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.headers = {"Retry-After": str(max(1, retry_after))}


class Unavailable(AppError):
    """503 when a database the request needs does not answer."""

    status = 503
    code = "unavailable"
    detail = "Usługa jest chwilowo niedostępna."
    headers: Mapping[str, str] = {"Retry-After": "5"}


class InternalError(AppError):
    """The plain answer to an unexpected error; the details are in the log."""

    status = 500
    code = "internal_error"
    detail = "Wystąpił nieoczekiwany błąd serwera."
