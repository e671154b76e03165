"""Structured logs: one JSON object a line, as CloudWatch reads them."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@cache
def logger() -> "Logger":
    """Powertools' logger; `POWERTOOLS_SERVICE_NAME` and `POWERTOOLS_LOG_LEVEL` name and tune it."""
    from aws_lambda_powertools import Logger

    return Logger()
