"""Every function of the template runs code there is, with the settings and the permissions that code needs."""

import importlib
import re
from dataclasses import fields
from typing import Any

import pytest

from shared.domain.platform_settings import PlatformSettings
from shared.kit.settings import Settings
from tests.support.source_code import uses
from tests.support.templates import (
    command,
    environment,
    events,
    functions,
    handlers,
    modules_of,
    resources,
    template,
)
from tools.cloud.project import ROOT

NAMES = sorted(functions())
ALARMS = ROOT / "infra" / "stacks" / "alarms.yaml"
SETTINGS = {field.name.upper() for field in (*fields(Settings), *fields(PlatformSettings))}
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_NAMESPACE"}
# What the code reads but a function on AWS does without: its default is right, or another setting takes its place.
OPTIONAL = {
    "DATABASE_POOL",
    "RATE_LIMITS",
    "JWT_SECRET",
    "JWT_PREVIOUS_SECRET",
    "MEDIA_FOLDER",
    "ACCESS_TOKEN_MINUTES",
    "REFRESH_TOKEN_DAYS",
    "SESSION_DAYS",
    "PASSWORD_CHECK_MINUTES",
    "CONFIRM_TOKEN_DAYS",
    "RESET_TOKEN_MINUTES",
    "BOOKING_CHANGES_PER_HOUR",
    "BOOKING_CHANGES_PER_PAIR",
    "BOOKING_MAIL_MINUTES",
    "MAX_ACTIVE_BOOKINGS",
    "TRACING",
}
DOMAIN, KIT = "shared.domain", "shared.kit"
ALL_SETTINGS = (f"{KIT}.settings.settings().", f"{DOMAIN}.platform_settings.platform_settings().")
# Modules many import read these, but only where a feature uses one of these names.
BY_NAME = {
    "JWT_SECRET_ARN": {f"{KIT}.security.tokens", f"{DOMAIN}.auth", "functions.secrets.service.check_rotation"},
    "ORIGIN_SECRET": {f"{KIT}.http.app.http_handler"},
    "MAIL_QUEUE_URL": {f"{DOMAIN}.outbox.trigger_mailer"},
    "DISPATCH_QUEUE_URL": {f"{DOMAIN}.dispatcher.trigger_dispatch"},
    "WEBSOCKET_ENDPOINT": {
        f"{KIT}.aws.websocket.pusher",
        f"{DOMAIN}.sign_in_sessions.close_sockets",
        f"{DOMAIN}.notifications.push_notifications",
    },
    "MEDIA_BUCKET": {f"{KIT}.aws.storage.storage"},
    "TIME_ZONE": {f"{DOMAIN}.platform_settings.local_zone"},
    "TUTOR_EMAIL_DOMAINS": {f"{DOMAIN}.platform_settings.platform_settings().tutor_email_domains"},
}
# A policy: the names in the code of features that need it, and what it allows.
CAPABILITIES: dict[str, tuple[set[str], set[str]]] = {
    "ReadsDatabaseLogin": ({f"{KIT}.db.login.logins"}, {"secretsmanager:GetSecretValue", "kms:Decrypt"}),
    "ReadsSigningKeys": ({f"{KIT}.security.signing_keys.keys"}, {"secretsmanager:GetSecretValue", "kms:Decrypt"}),
    "RotatesSigningKey": (
        {f"{KIT}.aws.clients.secretsmanager"},
        {
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
            "kms:Decrypt",
            "kms:GenerateDataKey",
        },
    ),
    "PushesToSockets": (
        {
            f"{KIT}.aws.websocket.pusher().post",
            f"{KIT}.aws.websocket.pusher().post_all",
            f"{DOMAIN}.notifications.push_notifications",
        },
        {"execute-api:ManageConnections"},
    ),
    "ClosesSockets": ({f"{DOMAIN}.sign_in_sessions.close_sockets"}, {"execute-api:ManageConnections"}),
    "StoresPictures": ({f"{KIT}.aws.storage.storage().put"}, {"s3:PutObject"}),
    "DeletesPictures": ({f"{KIT}.aws.storage.storage().delete"}, {"s3:DeleteObject"}),
    "WakesMailer": ({f"{DOMAIN}.outbox.trigger_mailer"}, {"sqs:SendMessage"}),
    "WakesDispatcher": ({f"{DOMAIN}.dispatcher.trigger_dispatch"}, {"sqs:SendMessage"}),
    # SES asks for SendRawEmail where the content of SendEmail is raw.
    "SendsMail": ({f"{KIT}.aws.clients.sesv2().send_email"}, {"ses:SendEmail", "ses:SendRawEmail"}),
}
# These are needed wherever a layer's module uses the names, not only where a feature does.
IN_LAYERS = {"ReadsDatabaseLogin", "ReadsSigningKeys"}
# What Lambda itself does with the role of every function, and with those of functions that a queue wakes.
EVERYBODY, OF_A_QUEUE = "RunsInNetwork", {"HearsMailQueue", "HearsDispatchQueue"}
# AWS has no resources that these actions could be limited to.
NAMELESS = re.compile(r"ec2:\w*(NetworkInterface|NetworkInterfaces|Subnets|PrivateIpAddresses)|xray:Put\w+")
# Every operation of AWS the code calls, and the action that allows it.
OPERATIONS = {
    "s3.put_object": "s3:PutObject",
    "s3.delete_object": "s3:DeleteObject",
    "sesv2.send_email": "ses:SendEmail",
    "secretsmanager.describe_secret": "secretsmanager:DescribeSecret",
    "secretsmanager.get_secret_value": "secretsmanager:GetSecretValue",
    "secretsmanager.put_secret_value": "secretsmanager:PutSecretValue",
    "secretsmanager.update_secret_version_stage": "secretsmanager:UpdateSecretVersionStage",
    "SECRETS_MANAGER.GetSecretValue": "secretsmanager:GetSecretValue",
    "SQS.SendMessageBatch": "sqs:SendMessage",
    "execute-api": "execute-api:ManageConnections",
}
# Actions no operation stands for: of the encryption, and of raw mails.
IMPLIED = {"kms:Decrypt", "kms:GenerateDataKey", "ses:SendRawEmail"}
COMMENT = re.compile(r'"""[\s\S]*?"""|#.*')


def used_by(function: str, *, in_layers: bool = False) -> set[str]:
    """The full names a function's features use, and the modules of these; those of its layers as well if asked."""
    using = (module for module in modules_of(function) if in_layers or module.startswith("functions/"))
    names: set[str] = set().union(*(uses(module) for module in using))
    return names | {name.rpartition(".")[0] for name in names}


def policies(function: str) -> set[str]:
    """Those of a function's role, but for the one all have."""
    role, _ = functions()[function]["Role"]["Fn::GetAtt"]
    attached = {policy["Ref"] for policy in resources("AWS::IAM::Role")[role]["ManagedPolicyArns"]}
    assert role == function.removesuffix("Function") + "Role"
    assert EVERYBODY in attached
    return attached - {EVERYBODY}


def actions(policy: str) -> set[str]:
    statements = resources("AWS::IAM::ManagedPolicy")[policy]["PolicyDocument"]["Statement"]
    return {
        action
        for each in statements
        for action in (each["Action"] if isinstance(each["Action"], list) else [each["Action"]])
    }


def test_the_names_are_those_of_the_code() -> None:
    """A name that nobody uses any more would ask for nothing."""
    used = set().union(*(used_by(name, in_layers=True) for name in NAMES))
    assert set().union(*BY_NAME.values(), *(names for names, _ in CAPABILITIES.values())) <= used


def test_every_handler_is_a_function_and_every_function_a_handler() -> None:
    assert {command(name) for name in NAMES} == handlers(), "template.yaml misses a function, or has one too many"


@pytest.mark.parametrize("name", NAMES)
def test_a_function_runs_its_feature_in_an_image_of_its_own(name: str) -> None:
    module, _, handler = command(name).rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
    properties = functions()[name]
    assert properties["PackageType"] == "Image"
    assert "ImageUri" not in properties
    assert template()["Resources"][name]["Metadata"] == {
        "Dockerfile": "infra/Dockerfile",
        "DockerContext": ".",
        "DockerBuildTarget": "function",
        "DockerBuildArgs": {"FEATURE": module.split(".")[1]},
    }
    assert properties["AutoPublishAliasAllProperties"] is True, "a new environment is a new version too"


@pytest.mark.parametrize("name", NAMES)
def test_a_function_is_called_as_its_logs_are(name: str) -> None:
    service = environment(name)["POWERTOOLS_SERVICE_NAME"]
    assert functions()[name]["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-" + service}
    assert name == "".join(word.capitalize() for word in service.split("-")) + "Function"


@pytest.mark.parametrize("name", NAMES)
def test_the_environment_of_a_function_are_settings_it_reads(name: str) -> None:
    assert environment(name).keys() - POWERTOOLS <= SETTINGS


@pytest.mark.parametrize("name", NAMES)
def test_a_function_has_every_setting_it_reads(name: str) -> None:
    taken = (each.removeprefix(prefix) for each in used_by(name, in_layers=True) for prefix in ALL_SETTINGS)
    read = {setting.upper() for setting in taken} & SETTINGS - OPTIONAL
    for setting, names in BY_NAME.items():
        read = read | {setting} if names & used_by(name) else read - {setting}
    everybody = set(template()["Globals"]["Function"]["Environment"]["Variables"])
    assert environment(name).keys() - POWERTOOLS - everybody == read - everybody


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_do_what_its_code_does_and_no_more(name: str) -> None:
    used = {
        policy for policy, (names, _) in CAPABILITIES.items() if names & used_by(name, in_layers=policy in IN_LAYERS)
    }
    heard = {f"Hears{event['Queue']['Fn::GetAtt'][0]}" for event in events(name, "SQS")}
    assert policies(name) == used | heard


def test_a_policy_allows_what_its_verb_needs() -> None:
    named = resources("AWS::IAM::ManagedPolicy").keys() - {EVERYBODY} - OF_A_QUEUE
    assert {policy: actions(policy) for policy in named} == {
        policy: allowed for policy, (_, allowed) in CAPABILITIES.items()
    }
    for each in OF_A_QUEUE:
        assert actions(each) == {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}


def test_every_call_of_aws_in_the_code_is_known_here() -> None:
    files = [path for folder in ("functions", "layers") for path in (ROOT / folder).rglob("*.py")]
    text = COMMENT.sub("", "\n".join(path.read_text() for path in files))
    clients = {f"{client}.{call}" for client, call in re.findall(r"clients\.(\w+)\(\)\.(\w+)\(", text)}
    for client in re.findall(r"client = clients\.(\w+)\(\)", text):
        clients |= {f"{client}.{call}" for call in re.findall(r"\bclient\.(\w+)\(\s*SecretId", text)}
    signed = {f"{service}.{call}" for service, call in re.findall(r'\bcall\((\w+), "(\w+)"', text)}
    gateway = {"execute-api"} if "/@connections/" in text else set()
    assert clients | signed | gateway == OPERATIONS.keys()
    allowed = set().union(*(allowed for _, allowed in CAPABILITIES.values()))
    assert set(OPERATIONS.values()) == allowed - IMPLIED


def statements() -> list[Any]:
    return [
        statement
        for policy in resources("AWS::IAM::ManagedPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_no_policy_allows_everything_or_everywhere() -> None:
    for statement in statements():
        assert statement["Effect"] == "Allow"
        assert "*" not in str(statement["Action"])
        if statement["Resource"] == "*":
            assert all(NAMELESS.fullmatch(action) for action in statement["Action"])


# Database connections


# What docs/deploy-aws.md recommends; by default nothing is reserved, which a new account could not.
RECOMMENDED = {"HttpConcurrency": 20, "ChatConcurrency": 60}


def number(parameter: str) -> float:
    default = template()["Parameters"][parameter]["Default"]
    return float(RECOMMENDED.get(parameter, default))


def test_a_new_account_can_deploy_the_defaults_and_the_page_says_what_comes_after() -> None:
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


# What Aurora Serverless v2 allows by the largest capacity, where the smallest is at least one unit; else 2,000 at most.
MAX_CONNECTIONS = {1: 189, 4: 823, 8: 1669, 16: 3360, 32: 5000, 64: 5000, 128: 5000}


def test_the_alarm_of_connections_knows_what_the_database_allows() -> None:
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


def test_the_database_allows_the_connections_of_all_functions_twice() -> None:
    """Twice: while a new version takes over, executions of the old one still hold theirs.

    Source: docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    """
    connected = [name for name in NAMES if "ReadsDatabaseLogin" in policies(name)]
    assert 2 * sum(reserved(name) for name in connected) <= MAX_CONNECTIONS[int(number("DatabaseMaxCapacity"))]


# Schedules and the queue


DAILY = "rate(1 day)"


def test_what_ticks_has_a_schedule() -> None:
    """The local scheduler calls the same functions."""
    ticking = {
        name for name in NAMES if any(each["ScheduleExpression"] != DAILY for each in events(name, "ScheduleV2"))
    }
    called = {name for name in NAMES if command(name) in uses("local/scheduler.py")}
    assert ticking == called


def test_a_function_that_nobody_calls_for_weeks_is_called_every_day() -> None:
    """Lambda would make it inactive. Source: docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    idle = {name for name in NAMES if not events(name, "HttpApi") and not events(name, "SQS")} - {"SocketsFunction"}
    [schedule] = resources("AWS::Scheduler::Schedule").values()
    # The one that Secrets Manager calls, which is no version.
    assert (
        schedule["Target"]["Arn"]
        == resources("AWS::SecretsManager::RotationSchedule")["KeyRotation"]["RotationLambdaARN"]
    )
    scheduled = {name for name in NAMES if events(name, "ScheduleV2")}
    assert idle - scheduled == {"SecretsFunction"} == {schedule["Target"]["Arn"]["Fn::GetAtt"][0]}
    assert schedule["ScheduleExpression"] == DAILY


@pytest.mark.parametrize(("name", "queue"), [("MailFunction", "MailQueue"), ("DispatchFunction", "DispatchQueue")])
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


def test_all_but_the_migrations_wait_for_the_migrations() -> None:
    waiting = {name for name in NAMES if template()["Resources"][name].get("DependsOn") == "DatabaseVersion"}
    assert waiting == {name for name in NAMES if "ReadsDatabaseLogin" in policies(name)} - {"MigrationsFunction"}
    [version] = resources("Custom::DatabaseVersion").values()
    assert version["ServiceToken"] == {"Ref": "MigrationsFunction.Alias"}
    assert version["Release"] == {"Ref": "MigrationsFunction.Version"}
