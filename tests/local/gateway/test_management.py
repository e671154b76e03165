"""The gateway's management API as boto3 calls it."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed

from local.gateway.connection_ids import new_connection_id
from tests.support.gateway_emulator import PATIENCE, Emulator

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient


@pytest.fixture
def api(emulator: Emulator) -> Iterator["ApiGatewayManagementApiClient"]:
    client = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=emulator.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def test_a_message_is_posted_as_it_is(emulator: Emulator, api: "ApiGatewayManagementApiClient") -> None:
    with emulator.connect() as client:
        for data in (b'{"body":"\xc5\xbc\xf0\x9f\x98\x80"}', b"[]", b"x" * 128 * 1024):
            api.post_to_connection(ConnectionId=emulator.connection_id(), Data=data)
            assert client.recv(PATIENCE) == data.decode()


def test_invalid_utf8_is_posted_with_replacement_characters(
    emulator: Emulator, api: "ApiGatewayManagementApiClient"
) -> None:
    with emulator.connect() as client:
        api.post_to_connection(ConnectionId=emulator.connection_id(), Data=b"\xff\xfe")
        assert client.recv(PATIENCE) == "\ufffd\ufffd"


def test_a_connection_is_described(emulator: Emulator, api: "ApiGatewayManagementApiClient") -> None:
    with emulator.connect(user_agent_header="Firefox/140.0") as client:
        described = api.get_connection(ConnectionId=emulator.connection_id())
        assert described["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "Firefox/140.0"}
        age = datetime.now(UTC) - described["ConnectedAt"]
        assert timedelta(seconds=-1) < age < timedelta(seconds=PATIENCE)
        number = len(emulator.function.seen("MESSAGE"))
        client.send("x")
        emulator.function.wait_for("MESSAGE", number + 1)
        later = api.get_connection(ConnectionId=emulator.connection_id())
        assert later["ConnectedAt"] == described["ConnectedAt"]
        assert later["LastActiveAt"] > described["LastActiveAt"]


def test_a_connection_is_closed(emulator: Emulator, api: "ApiGatewayManagementApiClient") -> None:
    with emulator.connect() as client:
        connection_id = emulator.connection_id()
        api.delete_connection(ConnectionId=connection_id)
        with pytest.raises(ConnectionClosed):
            client.recv(PATIENCE)
    emulator.function.wait_for("DISCONNECT", len(emulator.function.seen("CONNECT")))
    assert emulator.function.events[-1]["requestContext"]["connectionId"] == connection_id


@pytest.mark.parametrize("connection_id", ["left", "never opened", "x", "a=", "ż", "A" * 500])
def test_every_call_reports_that_a_connection_is_gone(
    emulator: Emulator, api: "ApiGatewayManagementApiClient", connection_id: str
) -> None:
    if connection_id == "left":
        with emulator.connect():
            connection_id = emulator.connection_id()
        emulator.function.wait_for("DISCONNECT", len(emulator.function.seen("CONNECT")))
    elif connection_id == "never opened":
        connection_id = new_connection_id()
    with pytest.raises(api.exceptions.GoneException):
        api.post_to_connection(ConnectionId=connection_id, Data=b"x")
    with pytest.raises(api.exceptions.GoneException):
        api.get_connection(ConnectionId=connection_id)
    with pytest.raises(api.exceptions.GoneException) as gone:
        api.delete_connection(ConnectionId=connection_id)
    assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410


def test_a_message_beyond_the_limit_is_refused(emulator: Emulator, api: "ApiGatewayManagementApiClient") -> None:
    with emulator.connect() as client:
        with pytest.raises(api.exceptions.PayloadTooLargeException):
            api.post_to_connection(ConnectionId=emulator.connection_id(), Data=b"x" * (128 * 1024 + 1))
        api.post_to_connection(ConnectionId=emulator.connection_id(), Data=b"y")
        assert client.recv(PATIENCE) == "y"


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.1", "::ffff:203.0.113.7", "not an address"])
def test_only_local_callers_are_accepted(emulator: Emulator, address: str) -> None:
    async def post() -> httpx.Response:
        transport = httpx.ASGITransport(app=emulator.http, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.post(f"/@connections/{emulator.connection_id()}", content=b"x")

    with emulator.connect() as client:
        # In a separate thread, as it would remove the event loop that Lambda handlers of other tests use.
        with ThreadPoolExecutor(1) as thread:
            answer = thread.submit(asyncio.run, post()).result()
        assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (403, "ForbiddenException")
        with pytest.raises(TimeoutError):
            client.recv(0)


def test_an_unsupported_method_is_refused(emulator: Emulator) -> None:
    with emulator.connect():
        answer = httpx.put(f"{emulator.endpoint}/@connections/{emulator.connection_id()}", content=b"x")
        assert answer.status_code in {404, 405}


def test_errors_name_the_exception(api: "ApiGatewayManagementApiClient") -> None:
    with pytest.raises(ClientError) as error:
        api.get_connection(ConnectionId="x")
    assert error.value.response["Error"]["Code"] == "GoneException"
