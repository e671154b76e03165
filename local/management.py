"""The gateway's management API, /@connections/{id}, as boto3 calls it. Only for callers on this machine.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.gateway import Gateway, Socket

MAX_MESSAGE = 128 * 1024


def routes(gateway: Gateway) -> list[Route]:
    async def manage(request: Request) -> Response:
        if not _is_local(request):
            return _failed(403, "ForbiddenException")
        connection_id = request.path_params["connection_id"]
        socket = gateway.sockets.get(connection_id)
        if socket is None:
            return _failed(410, "GoneException")
        if request.method == "GET":
            return JSONResponse(_describe(socket))
        if request.method == "DELETE":
            await socket.close()
            return Response(status_code=204)
        body = await request.body()
        if len(body) > MAX_MESSAGE:
            return _failed(413, "PayloadTooLargeException")
        await socket.send_text(body.decode("utf-8", "replace"))
        return Response(status_code=200)

    return [Route("/@connections/{connection_id}", manage, methods=["GET", "POST", "DELETE"])]


def _is_local(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _failed(status: int, error: str) -> JSONResponse:
    return JSONResponse({"message": None}, status, headers={"x-amzn-ErrorType": error})


def _describe(socket: Socket) -> dict[str, object]:
    idle = timedelta(seconds=time.monotonic() - socket.active_at)
    opened = datetime.fromtimestamp(socket.connection.connected_at / 1000, UTC)
    return {
        "connectedAt": opened.isoformat(),
        "identity": {"sourceIp": socket.connection.source_ip, "userAgent": socket.connection.user_agent},
        "lastActiveAt": (datetime.now(UTC) - idle).isoformat(),
    }
