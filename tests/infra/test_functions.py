"""Every function of the template runs existing code, with the settings and permissions that the code needs."""

import importlib
import re
from functools import cache
from typing import Any

import pytest

from shared.domain.platform_settings import PlatformSettings
from shared.kit.settings import Settings
from tests.support.source_code import modules, uses, uses_by_function
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
SETTINGS = {name.upper() for name in (*Settings._fields, *PlatformSettings._fields)}
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_NAMESPACE"}
# Settings that the code reads but functions on AWS do not need: the default is right, or another setting replaces it.
OPTIONAL = {
    "DATABASE_POOL",
    "DATABASE_STATEMENT_SECONDS",
    "RATE_LIMITS",
    "JWT_SECRET",
    "JWT_PREVIOUS_SECRET",
    "MEDIA_FOLDER",
    "SCAN_URL",
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
    "CHAT_URL",
    "SERVER_URL",
    "PUSH_PRIVATE_ADDRESSES",
    "TRACING",
}
DOMAIN, KIT = "shared.domain", "shared.kit"
# A suspension also closes sockets, and wakes the mailer and the dispatcher.
SUSPENDS = f"{DOMAIN}.suspension.suspend"
# Sends a mail about a new device to the account's owner.
STARTS_SESSIONS = f"{DOMAIN}.signing_in.start_session"
PUSHES = {f"{DOMAIN}.notifications.{name}" for name in ("push_notifications", "push_unread_count")}
ALL_SETTINGS = (f"{KIT}.settings.settings().", f"{DOMAIN}.platform_settings.platform_settings().")
# Widely imported modules read these, but only if a feature uses one of these names.
BY_NAME = {
    "JWT_SECRET_ARN": {
        f"{KIT}.security.tokens",
        f"{DOMAIN}.auth",
        f"{DOMAIN}.staff_desk",
        STARTS_SESSIONS,
        f"{DOMAIN}.unsubscribing.unsubscribe_link",
        "functions.secrets.service.check_rotation",
    },
    "ORIGIN_SECRET": {f"{KIT}.http.app.http_handler", f"{KIT}.security.origin_secret.may_connect"},
    "MAIL_QUEUE_URL": {f"{DOMAIN}.outbox.trigger_mailer", SUSPENDS, STARTS_SESSIONS},
    "DISPATCH_QUEUE_URL": {f"{DOMAIN}.dispatcher.trigger_dispatch", SUSPENDS},
    "PUSH_QUEUE_URL": {f"{DOMAIN}.push_outbox.trigger_push", f"{DOMAIN}.notifications.push_notifications"},
    "WEBSOCKET_ENDPOINT": {
        f"{KIT}.aws.websocket.pusher",
        f"{DOMAIN}.sign_in_sessions.close_sockets",
        SUSPENDS,
        *PUSHES,
    },
    "MEDIA_BUCKET": {f"{KIT}.aws.storage.storage"},
    "ATTACHMENTS_BUCKET": {f"{KIT}.private_storage.private_storage"},
    "TIME_ZONE": {f"{DOMAIN}.platform_settings.local_zone"},
    "TUTOR_EMAIL_DOMAINS": {f"{DOMAIN}.platform_settings.platform_settings().tutor_email_domains"},
}
# For each policy, the names in features' code that need it, and what it allows.
CAPABILITIES: dict[str, tuple[set[str], set[str]]] = {
    "ReadsDatabaseLogin": ({f"{KIT}.db.login.logins"}, {"secretsmanager:GetSecretValue", "kms:Decrypt"}),
    "ReadsOwnersLogin": (
        {"functions.migrations.repository.let_in"},
        {"secretsmanager:GetSecretValue", "kms:Decrypt"},
    ),
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
            *PUSHES,
        },
        {"execute-api:ManageConnections"},
    ),
    "ClosesSockets": ({f"{DOMAIN}.sign_in_sessions.close_sockets", SUSPENDS}, {"execute-api:ManageConnections"}),
    "StoresPictures": ({f"{KIT}.aws.storage.storage().put"}, {"s3:PutObject"}),
    "DeletesPictures": ({f"{KIT}.aws.storage.storage().delete"}, {"s3:DeleteObject"}),
    "KeepsAttachments": (
        {f"{KIT}.private_storage.private_storage().{verb}" for verb in ("upload_form", "read", "put", "locate")},
        {"s3:GetObject", "s3:PutObject"},
    ),
    "DeletesAttachments": ({f"{KIT}.private_storage.private_storage().delete"}, {"s3:DeleteObject"}),
    "WakesMailer": ({f"{DOMAIN}.outbox.trigger_mailer", SUSPENDS, STARTS_SESSIONS}, {"sqs:SendMessage"}),
    "WakesDispatcher": ({f"{DOMAIN}.dispatcher.trigger_dispatch", SUSPENDS}, {"sqs:SendMessage"}),
    "WakesPusher": (
        {f"{DOMAIN}.push_outbox.trigger_push", f"{DOMAIN}.notifications.push_notifications"},
        {"sqs:SendMessage"},
    ),
    # SES requires SendRawEmail if the content of SendEmail is raw.
    "SendsMail": ({f"{KIT}.aws.clients.sesv2().send_email"}, {"ses:SendEmail", "ses:SendRawEmail"}),
}
# These are needed wherever a module of the layer uses the names, not only where a feature does.
IN_LAYERS = {"ReadsDatabaseLogin", "ReadsSigningKeys"}
# What Lambda itself does with the role of every function, and with the roles of functions triggered by a queue.
EVERYBODY, OF_A_QUEUE = "RunsInNetwork", {"HearsMailQueue", "HearsDispatchQueue", "HearsPushQueue"}
# These actions cannot be restricted to resources.
NAMELESS = re.compile(r"ec2:\w*(NetworkInterface|NetworkInterfaces|Subnets|PrivateIpAddresses)|xray:Put\w+")
# Every AWS operation that the code calls, and the action that allows it.
OPERATIONS = {
    "s3.put_object": "s3:PutObject",
    "s3.delete_object": "s3:DeleteObject",
    "s3.delete_objects": "s3:DeleteObject",
    "s3.get_object": "s3:GetObject",
    "s3.generate_presigned_post": "s3:PutObject",
    "s3.generate_presigned_url": "s3:GetObject",
    "sesv2.send_email": "ses:SendEmail",
    "secretsmanager.describe_secret": "secretsmanager:DescribeSecret",
    "secretsmanager.get_secret_value": "secretsmanager:GetSecretValue",
    "secretsmanager.put_secret_value": "secretsmanager:PutSecretValue",
    "secretsmanager.update_secret_version_stage": "secretsmanager:UpdateSecretVersionStage",
    "SECRETS_MANAGER.GetSecretValue": "secretsmanager:GetSecretValue",
    "SQS.SendMessageBatch": "sqs:SendMessage",
    "execute-api": "execute-api:ManageConnections",
}
# Actions that belong to no operation: for encryption, and for raw mails.
IMPLIED = {"kms:Decrypt", "kms:GenerateDataKey", "ses:SendRawEmail"}
COMMENT = re.compile(r'"""[\s\S]*?"""|#.*')


@cache
def used_by(function: str, *, in_layers: bool = False) -> frozenset[str]:
    """The full names that a function's features use, and their modules; optionally those of its layers too."""
    using = (module for module in modules_of(function) if in_layers or module.startswith("functions/"))
    names: frozenset[str] = frozenset().union(*(uses(module) for module in using))
    return names | {name.rpartition(".")[0] for name in names}


def policies(function: str) -> set[str]:
    """The policies of a function's role, without the one that all functions have."""
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


def test_the_names_exist_in_the_code() -> None:
    """A name that is no longer used would require nothing."""
    used = set().union(*(used_by(name, in_layers=True) for name in NAMES))
    assert set().union(*BY_NAME.values(), *(names for names, _ in CAPABILITIES.values())) <= used


def test_capabilities_also_name_what_the_domain_does_for_features() -> None:
    """Otherwise a feature could need, through what it calls, permissions that no test requires."""
    called: dict[str, frozenset[str]] = {}
    for module in modules("layers/shared/domain"):
        called |= uses_by_function(module)
    for policy, (named, _) in CAPABILITIES.items():
        found = set(named)
        while more := {name for name, used in called.items() if name not in found and used & found}:
            found |= more
        assert policy in IN_LAYERS or found == named, policy
    sockets = {name for policy in ("PushesToSockets", "ClosesSockets") for name in CAPABILITIES[policy][0]}
    assert sockets & called.keys() <= BY_NAME["WEBSOCKET_ENDPOINT"]


def test_handlers_and_functions_correspond() -> None:
    assert {command(name) for name in NAMES} == handlers(), "template.yaml misses a function, or has one too many"


@pytest.mark.parametrize("name", NAMES)
def test_a_function_runs_its_feature_in_its_own_image(name: str) -> None:
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
    assert properties["AutoPublishAliasAllProperties"] is True, "a new environment makes a new version too"


@pytest.mark.parametrize("name", NAMES)
def test_a_function_and_its_logs_have_the_same_name(name: str) -> None:
    service = environment(name)["POWERTOOLS_SERVICE_NAME"]
    assert functions()[name]["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-" + service}
    assert name == "".join(word.capitalize() for word in service.split("-")) + "Function"


@pytest.mark.parametrize("name", NAMES)
def test_a_function_has_only_known_settings(name: str) -> None:
    assert environment(name).keys() - POWERTOOLS <= SETTINGS


@pytest.mark.parametrize("name", NAMES)
def test_a_function_has_every_setting_that_it_reads(name: str) -> None:
    taken = (each.removeprefix(prefix) for each in used_by(name, in_layers=True) for prefix in ALL_SETTINGS)
    read = {setting.upper() for setting in taken} & SETTINGS - OPTIONAL
    for setting, names in BY_NAME.items():
        read = read | {setting} if names & used_by(name) else read - {setting}
    everybody = set(template()["Globals"]["Function"]["Environment"]["Variables"])
    assert environment(name).keys() - POWERTOOLS - everybody == read - everybody


@pytest.mark.parametrize("name", NAMES)
def test_a_function_has_exactly_the_permissions_its_code_needs(name: str) -> None:
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


def test_every_aws_call_in_the_code_is_listed_here() -> None:
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


def test_functions_that_use_the_database_wait_for_the_migrations() -> None:
    waiting = {name for name in NAMES if template()["Resources"][name].get("DependsOn") == "DatabaseVersion"}
    assert waiting == {name for name in NAMES if "ReadsDatabaseLogin" in policies(name)} - {"MigrationsFunction"}
    [version] = resources("Custom::DatabaseVersion").values()
    assert version["ServiceToken"] == {"Ref": "MigrationsFunction.Alias"}
    assert version["Release"] == {"Ref": "MigrationsFunction.Version"}
