"""Heads that wait for the first part of their body: every response arrives unchanged."""

import asyncio
from asyncio import Transport
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
import uvicorn
from uvicorn.server import ServerState

from local.http_protocol import CONTINUE, BoundedHttpProtocol
from tests.support.event_loops import run

App = Callable[[Any, Any, Any], Awaitable[None]]
START = {"type": "http.response.start", "status": 200}


class Wire:
    """The other end of a transport: what each call wrote, None for the end."""

    def __init__(self) -> None:
        self.written: list[bytes | None] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def writelines(self, parts: Any) -> None:
        self.written.append(b"".join(parts))

    def close(self) -> None:
        self.written.append(None)

    def is_closing(self) -> bool:
        return None in self.written

    def get_extra_info(self, _name: str, default: object = None) -> object:
        return default

    def resume_reading(self) -> None: ...
    def pause_reading(self) -> None: ...


def answered(request: bytes, app: App) -> list[bytes | None]:
    async def scenario() -> list[bytes | None]:
        config = uvicorn.Config(app, log_level="critical", lifespan="off")
        config.load()
        state, wire = ServerState(), Wire()
        protocol = BoundedHttpProtocol(config=config, server_state=state, app_state={})
        protocol.connection_made(cast("Transport", wire))
        protocol.data_received(request)
        await asyncio.gather(*state.tasks)
        written = list(wire.written)
        protocol.connection_lost(None)
        return written

    return run(scenario())


def answering(*bodies: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> App:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({**START, "headers": list(headers)})
        for number, body in enumerate(bodies, 1):
            await send({"type": "http.response.body", "body": body, "more_body": number < len(bodies)})

    return app


GET = b"GET / HTTP/1.1\r\nhost: h\r\n\r\n"
LENGTH = ((b"content-length", b"4"),)


def test_a_response_is_written_in_one_go() -> None:
    [answer] = answered(GET, answering(b"body", headers=LENGTH))
    assert answer
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nbody")


def test_later_parts_of_a_body_do_not_wait() -> None:
    first, *others = answered(GET, answering(b"one", b"two", b"", headers=()))
    assert first
    assert first.endswith(b"\r\n\r\n3\r\none\r\n")
    assert others == [b"3\r\ntwo\r\n", b"0\r\n\r\n"]


@pytest.mark.parametrize("ending", [b"", b"connection: close\r\n"])
def test_a_head_without_a_body_is_sent_at_the_end_of_the_response(ending: bytes) -> None:
    head, *others = answered(b"HEAD / HTTP/1.1\r\nhost: h\r\n%b\r\n" % ending, answering(b"", headers=LENGTH))
    assert head
    assert head.endswith(b"\r\n\r\n")
    assert others == ([None] if ending else [])


def test_a_head_whose_body_fails_is_sent_before_the_end() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({**START, "headers": list(LENGTH)})
        raise ValueError

    head, end = answered(GET, app)
    assert head
    assert head.endswith(b"content-length: 4\r\n\r\n")
    assert end is None


def test_a_client_that_expects_100_continue_gets_it_first() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == b"body"
        await answering(b"done", headers=LENGTH)(scope, receive, send)

    asked = b"POST / HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\nbody"
    leave, answer = answered(asked, app)
    assert leave == CONTINUE
    assert answer
    assert answer.endswith(b"done")
