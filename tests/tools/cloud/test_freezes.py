"""Functions frozen by Lambda, whose connections were closed meanwhile: the next request is answered all the same."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import httpx
import psycopg
import pytest
import redis
from websockets.sync.client import ClientConnection, connect

from shared.kit.db.pool import LISTEN_AFTER_IDLE
from tests.support.conversations import add_conversation
from tests.support.people import PASSWORD, People, Person, insert, query
from tools.cloud.stack import Cloud

FREEZES = [pytest.param(3, marks=pytest.mark.proof), pytest.param(1000, marks=[pytest.mark.proof, pytest.mark.long])]
REST = LISTEN_AFTER_IDLE + 0.01
PATIENCE = 10.0
# The functions' connections to PostgreSQL have an application name; those of the tests have none.
OPEN = "FROM pg_stat_activity WHERE application_name LIKE '%Function' AND datname = current_database()"


class Freezer:
    """Stops functions' processes, closes their connections and resumes them."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.closed = 0
        self._postgres = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        self._valkey = redis.Redis.from_url(os.environ["REDIS_URL"])

    def freeze(self) -> None:
        processes = [each for function in self.cloud.functions.values() for each in function.processes]
        for each in processes:
            each.process.send_signal(signal.SIGSTOP)
        self.closed += len(self._postgres.execute(f"SELECT pg_terminate_backend(pid) {OPEN}").fetchall())
        while self._postgres.execute(f"SELECT 1 {OPEN}").fetchone():
            time.sleep(0.005)
        self._valkey.client_kill_filter(_type="normal", skipme=True)
        time.sleep(REST)
        for each in processes:
            each.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        self._postgres.close()
        self._valkey.close()


@pytest.fixture
def freezer(quiet_cloud: Cloud) -> Iterator[Freezer]:
    freezer = Freezer(quiet_cloud)
    yield freezer
    freezer.close()


def reader(cloud: Cloud, talk: UUID, person: Person) -> ClientConnection:
    """A socket of the first frontend, whose messages have no ids with which they could be resent."""
    address = f"{cloud.url.replace('http', 'ws')}/ws/chat/{talk}/?token={person.access}"
    return connect(address, compression=None, ping_interval=None, open_timeout=60)


@pytest.mark.parametrize("cycles", FREEZES)
def test_the_first_request_after_a_freeze_is_answered(
    quiet_cloud: Cloud, people: People, freezer: Freezer, cycles: int
) -> None:
    cloud, student, tutor = quiet_cloud, people.student(), people.tutor()
    talk = add_conversation(student, tutor)
    signing_in = {"email": tutor.email, "password": PASSWORD}
    # Once answered, the student may send any number of messages.
    with reader(cloud, talk, tutor) as answering:
        answering.send(json.dumps({"event": "chat_message", "data": {"body": "Słucham"}}))
        answering.recv(PATIENCE)
    with httpx.Client(base_url=cloud.url, timeout=60) as client, reader(cloud, talk, student) as socket:

        def answered(method: str, path: str, **options: object) -> None:
            headers = {"authorization": f"Bearer {tutor.access}"}
            answer = client.request(method, path, headers=headers, **options)  # type: ignore[arg-type]
            assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"

        def message(number: int) -> None:
            socket.send(json.dumps({"event": "chat_message", "data": {"body": str(number)}}))
            assert json.loads(socket.recv(PATIENCE))["body"] == str(number)

        def mail(_number: int) -> None:
            query("DELETE FROM mail_outbox")  # mails that the sign-ins of this test have queued
            insert("mail_outbox", {"kind": "reset_password", "recipient": tutor.email})
            assert cloud.functions["MailFunction"].invoke({}) == {"sent": 1}

        requests: list[Callable[[int], None]] = [
            lambda _number: answered("GET", "/api/user/tutor/search/?page_size=5"),
            lambda number: answered("PATCH", "/api/user/tutor/price/me/", json={"price": number % 100 + 1}),
            lambda _number: answered("GET", f"/api/chat/conversation_detail/{talk}/"),
            lambda _number: answered("POST", "/api/token/", json=signing_in),
            message,
            mail,
        ]
        for each in requests:  # warm
            each(0)
        for number in range(cycles):
            freezer.freeze()
            # Each cycle begins with another request: the first after the thaw meets the most broken connections.
            for place in range(len(requests)):
                requests[(number + place) % len(requests)](number)
    assert freezer.closed >= cycles * 4
