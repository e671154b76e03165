"""Refusals: exceptions that know the answer they become at either entry point."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class AppError(Exception):
    """A refusal the caller is told about. Leaves stand beside the rule they enforce and set status and body."""

    status: ClassVar[int] = 400
    body: Any = {"detail": "Bad request."}
    headers: Mapping[str, str] = {}


class CodedError(AppError):
    """A refusal of an endpoint beyond the frontend's contract: {"detail": text, "code": word}."""

    code: ClassVar[str] = "refused"
    detail: ClassVar[str] = "Refused."

    def __init_subclass__(cls) -> None:
        cls.body = {"detail": cls.detail, "code": cls.code}


class FieldErrors(AppError):
    """400 {"field": ["message", ...], ...}, all wrong fields at once."""

    body: Any = {"field": ["message"]}

    def __init__(self, errors: Mapping[str, str | Sequence[Any]]) -> None:
        super().__init__(errors)
        self.body = dict(errors)


class NotFound(AppError):
    """404 for what does not exist, and for what is none of the caller's business."""

    status = 404
    body: Any = {"detail": "Nie znaleziono."}


class MethodNotAllowed(AppError):
    status = 405
    body: Any = {"detail": 'Niedozwolona metoda "GET".'}

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.body = {"detail": f'Niedozwolona metoda "{method}".'}


class UnsupportedMediaType(AppError):
    status = 415
    body: Any = {"detail": 'Brak wsparcia dla żądanego typu danych "text/plain".'}

    def __init__(self, media_type: str) -> None:
        super().__init__(media_type)
        self.body = {"detail": f'Brak wsparcia dla żądanego typu danych "{media_type}".'}


class MalformedJson(AppError):
    body: Any = {"detail": "JSON parse error - Expecting value: line 1 column 1 (char 0)"}

    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.body = {"detail": f"JSON parse error - {reason}"}


class PayloadTooLarge(AppError):
    status = 413
    body: Any = {"detail": "Przesłane dane są zbyt duże."}


class Throttled(AppError):
    """429 with Retry-After in seconds."""

    status = 429
    body: Any = {"detail": "Zbyt wiele prób. Spróbuj ponownie później.", "code": "throttled"}

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.headers = {"Retry-After": str(max(1, retry_after))}


class Unavailable(AppError):
    """503 when an engine the request cannot do without does not answer."""

    status = 503
    body: Any = {"detail": "Usługa jest chwilowo niedostępna.", "code": "unavailable"}
    headers: Mapping[str, str] = {"Retry-After": "5"}


class InternalError(AppError):
    """The bare answer to an error nobody foresaw; what happened is in the log."""

    status = 500
    body: Any = {"detail": "Wystąpił nieoczekiwany błąd serwera."}
