"""Counters of events, in CloudWatch's embedded metric format: `count("Bookings")` is all it takes.

They are written if POWERTOOLS_METRICS_NAMESPACE is set, as in the functions on AWS; the local server has its own
counters. Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from shared.kit.settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

# Further counters installed in this process.
counters: list[Callable[[str, int], None]] = []


@cache
def _metrics() -> "Metrics":
    from aws_lambda_powertools import Metrics

    return Metrics()


def enabled() -> bool:
    return bool(settings().powertools_metrics_namespace)


def count(name: str, amount: int = 1) -> None:
    """Count an event. Names are plural nouns in CamelCase: Logins, Messages."""
    if enabled():
        _metrics().add_metric(name, "Count", amount)
    for each in counters:
        each(name, amount)


def measure(name: str, milliseconds: float) -> None:
    if enabled():
        _metrics().add_metric(name, "Milliseconds", milliseconds)


def write() -> None:
    """Write the counts and measurements of the event as one line."""
    _metrics().flush_metrics()
