"""The limits of the functions: connections, concurrency, time."""

import re

import pytest

from tests.infra.test_functions import NAMES, policies
from tests.support.source_code import uses
from tests.support.templates import (
    command,
    events,
    functions,
    resources,
    template,
)
from tools.cloud.project import ROOT

ALARMS = ROOT / "infra" / "stacks" / "alarms.yaml"


# What docs/deploy-aws.md recommends; by default nothing is reserved, because a new account cannot.
RECOMMENDED = {"HttpConcurrency": 20, "ChatConcurrency": 60}


def number(parameter: str) -> float:
    default = template()["Parameters"][parameter]["Default"]
    return float(RECOMMENDED.get(parameter, default))


def test_a_new_account_can_deploy_the_defaults_and_the_page_states_the_next_step() -> None:
    """It has 10 executions, and at least as many as all functions have must stay unreserved."""
    page = (ROOT / "docs" / "deploy-aws.md").read_text()
    for name, recommended in RECOMMENDED.items():
        assert template()["Parameters"][name]["Default"] == 0
        assert f"{name}={recommended}" in page
    for name in NAMES:
        condition, _, otherwise = functions()[name]["ReservedConcurrentExecutions"]["Fn::If"]
        [parameter] = template()["Conditions"][condition]["Fn::Not"][0]["Fn::Equals"][0].values()
        assert (parameter in RECOMMENDED, otherwise) == (True, {"Ref": "AWS::NoValue"})


def reserved(name: str) -> float:
    _, taken, _ = functions()[name]["ReservedConcurrentExecutions"]["Fn::If"]
    return number(taken["Ref"]) if isinstance(taken, dict) else float(taken)


# The connections of Aurora Serverless v2 by maximum capacity, if the minimum is at least one unit; else at most 2,000.
MAX_CONNECTIONS = {1: 189, 4: 823, 8: 1669, 16: 3360, 32: 5000, 64: 5000, 128: 5000}


def test_the_connections_alarm_matches_the_limit_of_the_database() -> None:
    [expression] = [
        each["Expression"]["Fn::Sub"]
        for each in resources("AWS::CloudWatch::Alarm", ALARMS)["Connections"]["Metrics"]
        if "Expression" in each
    ]
    formula = expression.replace("${DatabaseMaxCapacity}", "{most}").replace("${DatabaseMinCapacity}", "{least}")
    assert re.fullmatch(r"[\w *./()\[\],<{}-]+", formula)
    for least in (0.5, 1):
        for most, allowed in MAX_CONNECTIONS.items():
            cap = allowed if least >= 1 else min(2000, allowed)
            share = eval(
                formula.format(most=most, least=least),
                {"MIN": min, "IF": lambda c, a, b: a if c else b, "connections": cap},
            )
            assert share == pytest.approx(100, abs=0.5), (least, most)


def test_the_database_allows_twice_the_connections_of_all_functions() -> None:
    """While a new version takes over, executions of the old one still hold their connections.

    Source: docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    """
    connected = [name for name in NAMES if "ReadsDatabaseLogin" in policies(name)]
    assert 2 * sum(reserved(name) for name in connected) <= MAX_CONNECTIONS[int(number("DatabaseMaxCapacity"))]


DAILY = "rate(1 day)"


def test_every_scheduled_function_has_a_schedule() -> None:
    """The local scheduler calls the same functions."""
    ticking = {
        name for name in NAMES if any(each["ScheduleExpression"] != DAILY for each in events(name, "ScheduleV2"))
    }
    called = {name for name in NAMES if command(name) in uses("local/scheduler.py")}
    assert ticking == called


def test_rarely_used_functions_are_called_every_day() -> None:
    """Otherwise Lambda would make them inactive: docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    idle = {name for name in NAMES if not events(name, "HttpApi") and not events(name, "SQS")} - {"SocketsFunction"}
    [schedule] = resources("AWS::Scheduler::Schedule").values()
    # The same ARN that Secrets Manager calls, without an alias.
    assert (
        schedule["Target"]["Arn"]
        == resources("AWS::SecretsManager::RotationSchedule")["KeyRotation"]["RotationLambdaARN"]
    )
    scheduled = {name for name in NAMES if events(name, "ScheduleV2")}
    assert idle - scheduled == {"SecretsFunction"} == {schedule["Target"]["Arn"]["Fn::GetAtt"][0]}
    assert schedule["ScheduleExpression"] == DAILY


@pytest.mark.parametrize(
    ("name", "queue"),
    [("MailFunction", "MailQueue"), ("DispatchFunction", "DispatchQueue"), ("PushSendFunction", "PushQueue")],
)
def test_a_queue_waits_for_its_function_and_leaves_room_for_the_schedule(name: str, queue: str) -> None:
    [event] = events(name, "SQS")
    assert event["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert resources("AWS::SQS::Queue")[queue]["VisibilityTimeout"] >= 6 * functions()[name]["Timeout"]
    # The pollers of the queue and the schedule: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    assert event["ScalingConfig"]["MaximumConcurrency"] < reserved(name)


def test_the_mail_queue_gives_up_in_the_end() -> None:
    [event] = events("MailFunction", "SQS")
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = resources("AWS::SQS::Queue")["MailQueue"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["MailDeadLetters", "Arn"]}


def test_http_functions_end_before_the_api_gives_up() -> None:
    timeout = template()["Globals"]["Function"]["Timeout"]
    assert all(functions()[name].get("Timeout", timeout) < 29 for name in NAMES if events(name, "HttpApi"))
