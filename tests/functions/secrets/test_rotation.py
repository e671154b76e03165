"""Rotating the key that signs tokens, in the steps of Secrets Manager."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from functions.secrets import service
from functions.secrets.handler import handler
from functions.secrets.service import NotRotating
from shared.kit.aws import clients, signed_calls
from shared.kit.errors import Unavailable
from shared.kit.security import signing_keys
from shared.kit.security.signing_keys import (
    BELIEVED_SECONDS,
    MIN_KEY_BYTES,
    SEARCH_SECONDS,
    SETTLING_SECONDS,
    WeakSecret,
)
from shared.kit.settings import settings
from tests.support.moto_aws import emulated_aws
from tests.support.races import at_once
from tests.support.secret_rotation import Clock, Functions, Process

FIRST_KEY = "the first key, made by the template: 32 bytes and more"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:rotation"
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(signing_keys, "time", clock)
    monkeypatch.setattr(signed_calls, "PAUSE", 0.0)
    return clock


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    functions = Functions()
    monkeypatch.setattr("moto.awslambda.utils.get_backend", lambda *_: functions)
    return functions


@pytest.fixture
def secret(clock: Clock, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The ARN of the platform's secret, which contains the first key."""
    with emulated_aws(monkeypatch):
        arn = clients.secretsmanager().create_secret(Name="jwt", SecretString=FIRST_KEY)["ARN"]
        monkeypatch.setenv("JWT_SECRET_ARN", arn)
        settings.cache_clear()
        clock.ahead += SETTLING_SECONDS + 1
        yield arn
    settings.cache_clear()


@pytest.fixture
def start(secret: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Process]:
    return lambda: Process(secret, monkeypatch)


def rotate(secret: str) -> None:
    rules = {"AutomaticallyAfterDays": 30}
    clients.secretsmanager().rotate_secret(SecretId=secret, RotationLambdaARN=FUNCTION, RotationRules=rules)  # type: ignore[arg-type]


def value(secret: str, stage: str = "AWSCURRENT") -> str:
    return clients.secretsmanager().get_secret_value(SecretId=secret, VersionStage=stage)["SecretString"]


def stages(secret: str) -> list[list[str]]:
    versions = clients.secretsmanager().describe_secret(SecretId=secret)["VersionIdsToStages"]
    return sorted(names for names in versions.values() if names)


def test_the_daily_call_fails_if_the_rotation_is_overdue(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rotate(secret)
    handler({"source": "aws.scheduler"}, None)
    monkeypatch.setattr(service, "MOST_DAYS", -1)
    with pytest.raises(service.RotationOverdue):
        handler({"source": "aws.scheduler"}, None)
    assert value(secret, "AWSPREVIOUS") == FIRST_KEY


@pytest.mark.parametrize("times", [1, 2])
def test_a_rotation_introduces_a_new_key_and_keeps_the_previous_one(
    secret: str, functions: Functions, times: int
) -> None:
    """Lambda may repeat a step."""
    functions.times = times
    rotate(secret)
    first = value(secret)
    assert (functions.steps, value(secret, "AWSPREVIOUS")) == (STEPS, FIRST_KEY)
    assert len(first) >= MIN_KEY_BYTES
    assert stages(secret) == [["AWSCURRENT"], ["AWSPREVIOUS"]]
    rotate(secret)
    assert value(secret, "AWSPREVIOUS") == first
    assert len({FIRST_KEY, first, value(secret)}) == 3


def test_a_late_step_changes_nothing(secret: str) -> None:
    rotate(secret)
    key, version = value(secret), clients.secretsmanager().get_secret_value(SecretId=secret)["VersionId"]
    for step in STEPS:
        handler({"SecretId": secret, "ClientRequestToken": version, "Step": step}, None)
    assert (value(secret), value(secret, "AWSPREVIOUS")) == (key, FIRST_KEY)


def test_a_version_that_is_not_pending_is_refused(secret: str) -> None:
    client = clients.secretsmanager()
    first = client.get_secret_value(SecretId=secret)["VersionId"]
    rotate(secret)
    for version in (str(uuid4()), first):
        with pytest.raises(NotRotating):
            handler({"SecretId": secret, "ClientRequestToken": version, "Step": "createSecret"}, None)
    fixed = client.create_secret(Name="fixed", SecretString=FIRST_KEY)
    with pytest.raises(NotRotating):
        handler({"SecretId": "fixed", "ClientRequestToken": fixed["VersionId"], "Step": "createSecret"}, None)


def test_a_key_that_cannot_sign_does_not_become_the_current_one(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "KEY_BYTES", 8)
    with pytest.raises(Exception, match=r"500|Internal"):
        rotate(secret)
    assert value(secret) == FIRST_KEY
    version = next(each for each, names in versions(secret).items() if "AWSPENDING" in names)
    with pytest.raises(WeakSecret):
        handler({"SecretId": secret, "ClientRequestToken": version, "Step": "testSecret"}, None)


def versions(secret: str) -> dict[str, list[str]]:
    return clients.secretsmanager().describe_secret(SecretId=secret)["VersionIdsToStages"]


def test_tokens_survive_one_rotation_but_not_two(secret: str, clock: Clock, start: Callable[[], Process]) -> None:
    running = start()
    old = running.issue()
    rotate(secret)
    assert [running.reads(old), start().reads(old)] == [True, True]
    clock.ahead += BELIEVED_SECONDS + 1
    new = running.issue()
    assert [running.reads(old), start().reads(old), running.reads(new), start().reads(new)] == [True] * 4
    rotate(secret)
    clock.ahead += BELIEVED_SECONDS + 1
    assert [running.reads(old), running.reads(new)] == [False, True]


@pytest.mark.proof
def test_every_process_can_always_read_the_tokens_of_others(
    secret: str, clock: Clock, functions: Functions, start: Callable[[], Process]
) -> None:
    """Processes start before, during and after a rotation, and read each other's newest tokens."""
    running, first = [start()], list[str]()
    signing: set[str] = set()

    def meet(_step: str = "") -> None:
        issued = [each.issue() for each in running]
        first.extend(issued[:1])
        assert all(each.reads(token) for each in running for token in [*issued, *first[:1]])
        signing.update(each.known._known[0] for each in running)

    def one_more(step: str) -> None:
        running.append(start())
        meet(step)

    meet()
    functions.before = one_more
    rotate(secret)
    for number in range(int(2 * SETTLING_SECONDS / SEARCH_SECONDS)):
        clock.ahead += SEARCH_SECONDS
        (meet if number % 4 else one_more)("")
    clock.ahead += BELIEVED_SECONDS
    meet()
    assert {each.known._known[0] for each in running} == {value(secret)}
    assert signing == {FIRST_KEY, value(secret)}


def test_a_key_used_as_soon_as_it_is_found_is_unknown_to_others(
    secret: str, start: Callable[[], Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-test to the one above: without the settling time."""
    monkeypatch.setattr(signing_keys, "SETTLING_SECONDS", -1000.0)
    running = start()
    running.issue()
    assert running.reads("not.a.token") is False
    assert running.reads(start().issue())
    running.reads(token_of_an_unknown_key())
    rotate(secret)
    assert running.reads(start().issue()) is False


def token_of_an_unknown_key() -> str:
    """Return a token signed with no known key: a process that reads it looks for other keys."""
    import jwt

    return jwt.encode({"exp": 2**32, "token_type": "access"}, "x" * 40, "HS256")


def test_the_current_key_is_fetched_once_and_others_only_when_a_token_needs_one(
    secret: str, clock: Clock, start: Callable[[], Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    call_once = signed_calls._call_once

    def counted(service: Any, operation: str, parameters: Any) -> dict[str, Any]:
        asked.append(parameters["VersionStage"])
        return call_once(service, operation, parameters)

    monkeypatch.setattr(signed_calls, "_call_once", counted)
    running = start()
    at_once(*[lambda: running.reads(running.issue())] * 4)
    assert asked == ["AWSCURRENT"]
    for _ in range(10):
        assert running.reads(token_of_an_unknown_key()) is False
    assert asked[1:] == ["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"]
    clock.ahead += SEARCH_SECONDS
    running.reads(token_of_an_unknown_key())
    assert len(asked) == 7
    clock.ahead += BELIEVED_SECONDS
    running.issue()
    assert asked[7:] == ["AWSCURRENT"]


def test_known_keys_stay_in_use_while_secrets_manager_is_unavailable(
    secret: str, clock: Clock, start: Callable[[], Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start()
    token = running.issue()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    clock.ahead += BELIEVED_SECONDS + 1
    assert running.reads(token)
    assert running.reads(running.issue())
    assert running.reads(token_of_an_unknown_key()) is False
    with pytest.raises(Unavailable):
        start().issue()


def test_a_missing_or_weak_secret_signs_nothing(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable):
        Process(f"{secret}-other", monkeypatch).issue()
    weak = clients.secretsmanager().create_secret(Name="weak", SecretString="short")["ARN"]
    with pytest.raises(WeakSecret):
        Process(weak, monkeypatch).issue()
