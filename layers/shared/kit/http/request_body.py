"""Request bodies as the recorded contract accepts them: JSON, forms and multipart all become one JSON object."""

import json
import logging
import math
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any, NoReturn, TypedDict
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shared.kit.errors import AppError, FieldErrors, MalformedJson, PayloadTooLarge, UnsupportedMediaType

# A Lambda function accepts 6 MB, of which base64 takes a quarter.
MAX_BODY = 4_500_000
# Bodies other than uploads are parsed on the event loop, before the sender is known, so this must not take long.
MAX_DOCUMENT = 256 * 1024
MAX_FORM = 64 * 1024
# Pydantic reports every unknown field, although the answer names only the first.
MAX_FIELDS = 1_000
# Parsing the parameters of a content type takes time quadratic in their length; boundaries have at most 70 characters.
MAX_CONTENT_TYPE = 1_000
# A value that no body model accepts.
UNREADABLE = "unreadable"


# It logs a warning for every form it cannot parse; the response already says so.
logging.getLogger("python_multipart").setLevel(logging.ERROR)


class FormLimits(TypedDict):
    max_files: int
    max_fields: int
    max_part_size: int


FORM_LIMITS = FormLimits(max_files=4, max_fields=100, max_part_size=64 * 1024)


class BodyRequest(Request):
    """A request whose body reads as JSON whatever form it came in.

    An unreadable body is stored as `fault` instead of raised: authentication is checked before the body, but FastAPI
    reads bodies first.

    The only place that uses private attributes of Starlette: those for the body, its JSON and the headers.
    """

    fault: AppError | None = None

    async def load(self) -> None:
        """Read the body as JSON, for FastAPI."""
        try:
            self._json = await self._parse(await self.read(MAX_DOCUMENT))
        except AppError as fault:
            # Its traceback references this request and the body, which only the next garbage collection would free.
            fault.__traceback__ = fault.__context__ = None
            self.fault, self._json = fault, UNREADABLE
        # FastAPI only requests JSON if there is a body of that type.
        self._body = b"{}"
        self._headers = MutableHeaders(self.headers)
        self._headers["content-type"] = "application/json"

    async def read(self, most: int = MAX_BODY) -> bytes:
        """Read the raw body. Raises PayloadTooLarge over `most` bytes, at once if the announced length is larger."""
        announced = self.headers.get("content-length", "")
        if announced.isdecimal() and (len(announced) > len(str(most)) or int(announced) > most):
            raise PayloadTooLarge
        raw = bytearray()
        async with aclosing(self.stream()) as chunks:
            async for chunk in chunks:
                raw += chunk
                if len(raw) > most:
                    raise PayloadTooLarge
        # The attribute in which Starlette's form parser looks for it.
        self._body = bytes(raw)
        return self._body

    @asynccontextmanager
    async def multipart(self) -> AsyncIterator[FormData]:
        """A multipart body; its files are closed with the block. Raises FieldErrors for a malformed one."""
        if len(self.headers.get("content-type", "")) > MAX_CONTENT_TYPE:
            raise _broken_form("the form is broken")
        try:
            form = await self.form(**FORM_LIMITS)
        except (HTTPException, ValueError) as error:
            raise _broken_form(error.detail if isinstance(error, HTTPException) else "the form is broken") from None
        try:
            yield form
        finally:
            await form.close()

    async def _parse(self, raw: bytes) -> Any:
        if not raw:
            return {}
        kind = media_type(self)
        if kind in {"application/json", ""}:
            return _of_some_fields(parse_json(raw))
        if kind == "application/x-www-form-urlencoded":
            return parse_form(raw)
        if kind == "multipart/form-data":
            async with self.multipart() as form:
                return {name: value for name, value in form.items() if isinstance(value, str)}
        raise UnsupportedMediaType(kind)


def _broken_form(reason: str) -> FieldErrors:
    return FieldErrors({"non_field_errors": [f"Multipart form parse error - {reason}"]})


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def parse_form(raw: bytes) -> dict[str, str]:
    """The fields of an urlencoded form; the last value of a name counts. Raises PayloadTooLarge for too many."""
    if len(raw) > MAX_FORM:
        raise PayloadTooLarge
    try:
        fields = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise PayloadTooLarge from None
    return dict(fields)


def _of_some_fields(value: Any) -> Any:
    """Raises PayloadTooLarge for an object with too many fields."""
    if isinstance(value, dict) and len(value) > MAX_FIELDS:
        raise PayloadTooLarge
    return value


class NotCompliant(ValueError):
    """A number that Python accepts and JSON does not; reported as recorded in the contract."""


def parse_json(raw: bytes) -> Any:
    """Parse strict JSON: no NaN, no Infinity, no number that overflows to one. Raises MalformedJson."""
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
    except (json.JSONDecodeError, NotCompliant) as error:
        raise MalformedJson(error) from None
    except UnicodeDecodeError:
        raise MalformedJson("the body is not UTF-8") from None
    except RecursionError:
        raise MalformedJson("the body is nested too deeply") from None
    except ValueError:
        raise MalformedJson("a number has too many digits") from None


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_constant(text)


def _refuse_constant(name: str) -> NoReturn:
    raise NotCompliant(f"Out of range float values are not JSON compliant: {name!r}")
