"""The bare limit of a read without a database: an ASGI app that says hello, on the same server."""

import sys
from typing import Any

import uvicorn

BODY = b'[{"id":1,"name":"Matematyka"}]'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def hello(scope: Any, _receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvicorn.run(hello, port=int(sys.argv[1]), loop="uvloop", lifespan="off", access_log=False, log_level="error")
