"""Metrics: one line per event in CloudWatch's embedded format, and nothing if they are switched off."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.accounts.handler import handler as accounts
from functions.chat.sockets import handler as sockets
from functions.tokens.handler import handler as tokens
from shared.kit.aws.lambda_handler import lambda_handler
from shared.kit.observability import metrics
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.events.recorded import recorded
from tests.support.conversations import add_conversation
from tests.support.people import PASSWORD, People, query
from tools.cloud.lambda_process import lambda_variables
from tools.cloud.project import ROOT

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written(platform: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Read]:
    """Return the metrics written since the last call: for each line, its values by name."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tutoring")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "tested")
    read_settings_again()
    metrics._metrics.cache_clear()
    yield lambda: [_values(json.loads(line)) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    monkeypatch.undo()
    read_settings_again()
    metrics._metrics.cache_clear()


def _values(line: dict[str, Any]) -> dict[str, Any]:
    """Source: the specification of the embedded metric format."""
    [described] = line["_aws"]["CloudWatchMetrics"]
    assert (described["Namespace"], described["Dimensions"]) == ("Tutoring", [["service"]])
    assert line["service"] == "tested"
    values = {each["Name"]: line[each["Name"]] for each in described["Metrics"]}
    assert {each["Name"]: each["Unit"] for each in described["Metrics"]}["Latency"] == "Milliseconds"
    assert line.keys() == values.keys() | {"_aws", "service"}
    assert 0 < values.pop("Latency")[0] < 60_000
    return values


def test_occurrences_are_counted_and_every_event_is_timed(people: People, written: Read) -> None:
    accounts(recorded("accounts_register"), None)
    assert written() == [{"Registrations": [1.0]}]
    student = people.student()
    tokens(recorded("tokens_sign_in", email=student.email, password=PASSWORD), None)
    tokens(recorded("tokens_sign_in", email=student.email, password="wrong"), None)
    assert written() == [{"Logins": [1.0]}, {"FailedLogins": [1.0]}]


def test_messages_are_counted_once(people: People, written: Read) -> None:
    student = people.student()
    talk = add_conversation(student, people.tutor())
    query(
        "INSERT INTO connections (id, conversation_id, user_id, session_id) VALUES ('a', %s, %s, %s)",
        talk,
        student.id,
        student.session_id,
    )
    query("UPDATE connections SET connected_at = now() - interval '1 hour'")
    frame = json.dumps({"event": "chat_message", "data": {"body": "Hej", "id": "1"}})
    event = {**recorded("socket_chat_message", connection_id="a", user_id=student.id), "body": frame}
    for _ in range(2):
        sockets(event, None)
    assert written() == [{"Messages": [1.0]}, {}]


def test_a_failed_event_is_reported(written: Read) -> None:
    def broken(_event: object, _context: object) -> dict[str, int]:
        metrics.count("Bookings")
        raise RuntimeError("x")

    with pytest.raises(RuntimeError):
        lambda_handler(broken)({}, None)
    lambda_handler(lambda _event, _context: {"statusCode": 503})({}, None)
    assert written() == [{"Bookings": [1.0]}, {"ServerErrors": [1.0]}]


def test_without_a_namespace_nothing_is_written_or_imported(platform: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert not settings().powertools_metrics_namespace
    accounts(recorded("accounts_register"), None)
    assert capsys.readouterr().out == ""
    script = (
        "import sys; from shared.kit.aws.lambda_handler import lambda_handler\n"
        "from shared.kit.observability.metrics import count\n"
        "lambda_handler(lambda event, context: count('Bookings'))({}, None)\n"
        "assert not [name for name in sys.modules if 'powertools' in name or 'xray' in name]"
    )
    environment = lambda_variables("metrics", "x", 512, "127.0.0.1:1")
    done = subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0
