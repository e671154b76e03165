"""Keeps addresses, tokens and what people wrote out of the logs, whatever code logs them."""

import re
import traceback
from collections.abc import Callable, Iterator
from logging import LogRecord
from types import TracebackType

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from shared.kit.json import json_text
from shared.kit.psycopg import psycopg

EMAIL = re.compile(r"[\w.+%'~-]+@[\w-]+(?:\.[\w-]+)+")
# A JWT, or a long mix of letters and digits, like tokens and keys, but neither a UUID nor a name.
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*|\b(?=[A-Za-z_]*\d)(?=\d*[A-Za-z_])\w{32,}\b")
# Errors whose texts are about the machine, not about user input.
ABOUT_THE_MACHINE = (OSError, ImportError, AttributeError, NameError, TypeError, ZeroDivisionError, psycopg.Error)

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def redact(text: str) -> str:
    return TOKEN.sub("<token>", EMAIL.sub("<email>", text))


class PrivateFormatter(LambdaPowertoolsFormatter):
    """Powertools' JSON lines with the event's ids, and without private data."""

    def __init__(self, event_ids: Callable[[], dict[str, str]]) -> None:
        # The stack is logged only once, by `formatException`.
        super().__init__(serialize_stacktrace=False)
        self.event_ids = event_ids

    def format(self, record: LogRecord) -> str:
        """Keep the ids, though some look like tokens: they are what lines are searched by."""
        line = redact(super().format(record))
        ids = {name: value for name, value in self.event_ids().items() if name not in record.__dict__}
        return f"{line[:-1]}, {json_text(ids)[1:]}" if ids else line

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - logging's name
        error = ei[1]
        return "" if error is None else "\n".join(_told(each) for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and its causes, first cause first."""
    if error is not None:
        yield from _chain(error.__cause__ or (None if error.__suppress_context__ else error.__context__))
        yield error


def _told(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return "".join([*traceback.format_tb(error.__traceback__), f"{kind}: {_message(error)}"])


def _message(error: BaseException) -> str:
    """The message of an error, if it quotes nobody's data."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        # Its text would quote the row.
        place = (error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
        return " ".join([error.sqlstate, *(each for each in place if each)])
    return str(error) if isinstance(error, ABOUT_THE_MACHINE) else "(not logged)"
