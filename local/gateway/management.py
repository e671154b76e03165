"""The gateway's management API, /@connections/{id}, as boto3 calls it. Only for callers on this machine.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from ipaddress import ip_address

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.gateway.pusher import LocalPusher

MAX_MESSAGE = 128 * 1024


def routes(pusher: LocalPusher) -> list[Route]:
    """Any worker process can reach the sockets of all."""

    async def manage(request: Request) -> Response:
        if not _is_local(request):
            return _failed(403, "ForbiddenException")
        connection_id = request.path_params["connection_id"]
        if request.method == "POST":
            return await post(connection_id, await request.body())
        known = await run_in_threadpool(pusher.describe, connection_id)
        if known is None:
            return _failed(410, "GoneException")
        if request.method == "DELETE":
            await run_in_threadpool(pusher.close, [connection_id])
            return Response(status_code=204)
        return JSONResponse(known)

    async def post(connection_id: str, body: bytes) -> Response:
        if len(body) > MAX_MESSAGE:
            return _failed(413, "PayloadTooLargeException")
        text = body.decode("utf-8", "replace").encode()
        gone = await run_in_threadpool(pusher.post, [connection_id], text)
        return _failed(410, "GoneException") if gone else Response(status_code=200)

    return [Route("/@connections/{connection_id}", manage, methods=["GET", "POST", "DELETE"])]


def _is_local(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _failed(status: int, error: str) -> JSONResponse:
    return JSONResponse({"message": None}, status, headers={"x-amzn-ErrorType": error})
