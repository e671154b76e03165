"""Sockets that send endlessly cause only a bounded number of invocations, each of which costs money."""

import subprocess
import sys
import time

import pytest

from shared.domain.limits import MESSAGES, MESSAGES_BEYOND
from tests.support.conversations import add_conversation
from tests.support.local_server import ROOT, environment
from tests.support.people import People
from tests.tools.cloud.test_platform import STATED
from tools.cloud.lambda_service import Function
from tools.cloud.stack import Cloud

SECONDS, SOCKETS, PATIENCE = 15, 20, 30
# Per socket being closed: frames that wait for the function (MAX_PENDING of the emulator), handshake and disconnect.
LAST = 8 + 2


def rest(function: Function) -> int:
    """The number of invocations, once there are no new ones."""
    deadline = time.monotonic() + PATIENCE
    before = -1
    while (now := function.invocations) != before:
        assert time.monotonic() < deadline, "the function is invoked endlessly"
        before = now
        time.sleep(2)
    return now


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["empty", "messages"])
def test_a_flood_of_frames_costs_only_what_the_limits_allow(quiet_cloud: Cloud, people: People, kind: str) -> None:
    student = people.student()
    conversation = add_conversation(student, people.tutor())
    address = f"{quiet_cloud.url.replace('http', 'ws')}/ws/chat/{conversation}/?token={student.access}"
    function = quiet_cloud.functions[STATED.socket_routes["$default"]]
    before = function.invocations
    command = [sys.executable, "-m", "tests.support.flood", str(SECONDS), str(SOCKETS), kind, address]
    flood = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    output, _ = flood.communicate(timeout=SECONDS + PATIENCE)
    opened = int(output)
    passed = (SECONDS + 1) * MESSAGES.count + (SECONDS // MESSAGES_BEYOND.seconds + 2) * MESSAGES_BEYOND.count
    assert rest(function) - before < passed + opened * LAST
