"""Traces are sent to the X-Ray daemon when enabled; otherwise the tracing code is not even imported."""

import json
import os
import socket

import pytest

from tests.events.recorded import recorded
from tests.support.people import People, insert
from tools.cloud.lambda_process import LambdaProcess

HANDED_ON = ("DATABASE_URL", "REDIS_URL", "JWT_SECRET", "MAIL_URL")


def traced(people: People, **environment: str) -> list[str]:
    """What the daemon receives while the mail function handles one event."""
    insert("mail_outbox", {"kind": "reset_password", "recipient": people.student().email})
    known = {name: os.environ[name] for name in HANDED_ON}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        # Nothing to wait for: datagrams within one machine arrive at once.
        daemon.settimeout(0.1)
        address = f"127.0.0.1:{daemon.getsockname()[1]}"
        with LambdaProcess(
            "functions.mail.handler.handler", known | {"AWS_XRAY_DAEMON_ADDRESS": address} | environment
        ) as function:
            assert function.invoke(recorded("schedule_mail")) == {"sent": 1}, function.logged()
        packets = []
        while True:
            try:
                packets.append(daemon.recv(65_536).decode())
            except TimeoutError:
                return packets


def test_an_event_is_traced_without_its_response_when_tracing_is_on(people: People) -> None:
    packets = traced(people, TRACING="on", POWERTOOLS_SERVICE_NAME="mail")
    traces = {trace["name"]: trace for trace in (json.loads(packet.splitlines()[1]) for packet in packets)}
    trace = traces["## handler"]
    assert trace["annotations"]["Service"] == "mail"
    assert "sent" not in json.dumps(trace.get("metadata", {}))


@pytest.mark.parametrize("environment", [{}, {"TRACING": "off"}])
def test_nothing_is_traced_unless_tracing_is_on(people: People, environment: dict[str, str]) -> None:
    assert traced(people, **environment) == []
