"""The bare limit of chat: a WebSocket handler with one INSERT and one XADD, no checks, on the same server."""

import os
import sys
from typing import Any
from uuid import uuid4

import psycopg_pool
import redis.asyncio
import uvicorn

CONNECTIONS = 16


class BareChat:
    """Stores each frame sent to /<room> and sends it to every client in the room."""

    def __init__(self) -> None:
        self.rooms: dict[str, list[Any]] = {}
        self.pool = psycopg_pool.AsyncConnectionPool(
            os.environ["DATABASE_URL"], min_size=CONNECTIONS, kwargs={"autocommit": True}, open=False
        )
        self.redis = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await self.pool.open(wait=True)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.pool.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        room = self.rooms.setdefault(scope["path"], [])
        room.append(send)
        while (message := await receive())["type"] == "websocket.receive":
            text = message["text"]
            async with self.pool.connection() as db:
                await db.execute(
                    "INSERT INTO bare (id, room, body) VALUES (%s, %s, %s)", (uuid4(), scope["path"], text)
                )
            await self.redis.xadd(scope["path"], {"m": text}, maxlen=500, approximate=True)
            for each in room:
                await each({"type": "websocket.send", "text": text})
        room.remove(send)


def build() -> BareChat:
    return BareChat()


if __name__ == "__main__":
    uvicorn.run(
        "tests.benchmarks.bare_chat:build",
        factory=True,
        port=int(sys.argv[1]),
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        log_level="warning",
    )
