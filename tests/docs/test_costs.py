"""The table of costs in docs/deploy-aws.md, recomputed from prices and from what a user does.

Prices are from memory: list prices of us-east-1 in mid-2026. A test cannot check those, only that the sums are right.
"""

import re
from collections.abc import Callable

import pytest

from tests.support.templates import functions, resources
from tools.cloud.project import ROOT

PAGE = (ROOT / "docs" / "deploy-aws.md").read_text()
HOURS = 730
USERS = (1_000, 100_000, 10_000_000)
# Per user and month.
REQUESTS, SENT, MAILS, MINUTES = 120, 60, 2, 120
# Files, and responses, which compress to a quarter of 2 MB.
MEGABYTES = 3 + 2 * 0.25
# Requests that CloudFront may answer from copies, by people who are not signed in.
PUBLIC = 30
# Each message is received once and pushed to both; plus a ping after every five quiet minutes.
SOCKET_MESSAGES = 3 * SENT + MINUTES // 5
FILES = 30
MILLION = 1_000_000

ALARMS = ROOT / "infra" / "stacks" / "alarms.yaml"


def tiers(amount: float, *steps: tuple[float, float]) -> float:
    """The price of an amount; each step is a quantity and its price, and the last step takes the rest."""
    cost = 0.0
    for size, price in steps:
        cost += min(amount, size) * price
        amount -= min(amount, size)
    return cost


REST = float("inf")


def by_size(users: int, *values: float) -> float:
    return values[USERS.index(users)]


def requests(users: int) -> float:
    """Requests that no copy answers: copies live for five seconds, so few users hardly share any."""
    return REQUESTS - PUBLIC * by_size(users, 0, 0.1, 0.5)


def calls(users: int) -> float:
    """Invocations: requests, messages, and ten sockets opened and closed."""
    return requests(users) + SENT + 20


def aurora(users: int) -> float:
    units, gigabytes = by_size(users, 0.5, 1, 32), by_size(users, 1, 10, 1000)
    return units * HOURS * 0.12 + gigabytes * 0.10 + 2 * users * calls(users) / MILLION * 0.20


def nat(users: int) -> float:
    return by_size(users, 1, 2, 2) * HOURS * (0.045 + 0.005) + users * 0.25 / 1000 * 0.045


def cache(users: int) -> float:
    return by_size(users, 0.1, 1, 50) * HOURS * 0.084 + 2 * users * calls(users) / MILLION * 0.0023


def http_api(users: int) -> float:
    return tiers(users * requests(users) / MILLION, (300, 1.00), (REST, 0.90))


def websocket_api(users: int) -> float:
    return tiers(users * SOCKET_MESSAGES / MILLION, (1000, 1.00), (REST, 0.80)) + users * MINUTES / MILLION * 0.25


def lambdas(users: int) -> float:
    scheduled = 8 * 60 * HOURS
    called = users * calls(users) / MILLION * (0.20 + 0.040 * 0.5 * 16.67)
    return called + scheduled / MILLION * (0.20 + 0.100 * 0.5 * 16.67)


def cloudfront(users: int) -> float:
    asked, gigabytes = users * (REQUESTS + FILES) / MILLION, users * MEGABYTES / 1000
    data = tiers(gigabytes, (1000, 0), (9000, 0.085), (REST, 0.080))
    return tiers(asked, (10, 0), (REST, 1.00)) + tiers(asked, (2, 0), (REST, 0.10)) + data


def ses(users: int) -> float:
    return users * MAILS / 1000 * 0.10


def logs(users: int) -> float:
    gigabytes = users * (calls(users) * 0.8 + requests(users) * 0.4) / MILLION
    return tiers(gigabytes, (5, 0), (REST, 0.50)) + tiers(users * calls(users) * 0.05 / MILLION, (0.1, 0), (REST, 5.00))


def the_rest(_users: int) -> float:
    """Keys and secrets, alarms beyond ten, custom metrics beyond ten; the first three dashboards are free."""
    alarms, metrics = len(resources("AWS::CloudWatch::Alarm", ALARMS)), len(functions()) + 2
    return 1.00 + 7 * 0.40 + (alarms - 10) * 0.10 + (metrics - 10) * 0.30


LINES: dict[str, Callable[[int], float]] = {
    "Aurora": aurora,
    "NAT": nat,
    "ElastiCache": cache,
    "HTTP API": http_api,
    "WebSocket API": websocket_api,
    "Lambda": lambdas,
    "CloudFront": cloudfront,
    "SES": ses,
    "Logs": logs,
    "The rest": the_rest,
}


def written(line: str) -> list[str]:
    [found] = re.findall(rf"^\| (?:\*\*)?{re.escape(line)}\b.*?\|((?: [*\d,]+ \|){{3}})$", PAGE, re.MULTILINE)
    return [each.strip(" *") for each in found.strip("|").split("|")]


def rounded(cost: float) -> str:
    """Rounded to a dollar; from a thousand dollars on, to ten."""
    return f"{round(cost, -1 if cost >= 1000 else 0):,.0f}"


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_table_is_computed_correctly(line: str) -> None:
    assert written(line) == [rounded(LINES[line](users)) for users in USERS]


def test_the_total_is_the_sum_of_the_lines() -> None:
    assert written("Together") == [rounded(sum(cost(users) for cost in LINES.values())) for users in USERS]
