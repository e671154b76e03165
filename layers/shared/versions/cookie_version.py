"""Answers a version's request: identifies the caller, asks the API, and converts the response for the frontend."""

from starlette.requests import Request as StarletteRequest

from shared.domain.auth import NotAuthenticated
from shared.kit.errors import AppError
from shared.kit.http.middleware import NO_STORE, NOSNIFF, READS, App, Receive, Scope, Send, with_slash
from shared.kit.http.responses import exception_response
from shared.kit.http.viewer import origin
from shared.versions.addresses import FILES, LINKS, absolute, remember_own
from shared.versions.credentials import ACCESS, REFRESH, cookie
from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request, asked, refusal, whole
from shared.versions.origins import CrossSiteRequest, grant, may_change, may_read, preflight

TOKENS = "/api/token/"
# JSON keys whose values are addresses.
SIGNS = tuple(f'"{key}"'.encode() for key in FILES | LINKS)


class CookieVersion:
    """A version whose callers sign in by cookies; its endpoints are those it answers differently from the API."""

    def __init__(self, prefix: str, *modules: Endpoints) -> None:
        self.prefix = prefix
        self.endpoints = Endpoints()
        for each in modules:
            self.endpoints.include(each)

    async def __call__(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; `scope` has the path without the prefix."""
        method = scope["method"]
        own = origin(StarletteRequest(scope))
        remember_own(own)
        request = Request(scope, receive, method, with_slash(scope["path"]), own)
        asker = request.header("origin")
        if method == "OPTIONS" and request.header("access-control-request-method"):
            await Answer(200, [*preflight(asker, own), NOSNIFF]).send(send)
            return
        try:
            found = self._absolute(await self._answer(request, asked(app)), own)
        except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes a response
            found = refusal(error) if isinstance(error, AppError) else whole(exception_response(error, request.path))
        # The recorded response has a Vary header of its own; the CDN's cache key has the rest.
        headers = [*(each for each in found.headers if not (asker and each[0] == b"vary")), *grant(asker, own)]
        for each in (NOSNIFF, NO_STORE):
            if not any(name == each[0] for name, _ in headers):
                headers.append(each)
        await Answer(found.status, headers, found.body).send(send)

    async def _answer(self, request: Request, api: Api) -> Answer:
        """Raises CrossSiteRequest."""
        request = _identified(request)
        endpoint = self.endpoints.find(request)
        found = await (endpoint[1](endpoint[0], api) if endpoint else api(request))
        if found.status == 401 and not request.path.startswith(TOKENS):
            return refusal(NotAuthenticated())
        return found

    def _absolute(self, found: Answer, own: str) -> Answer:
        if not found.is_json or not any(sign in found.body for sign in SIGNS):
            return found
        return found.with_json(absolute(found.json, own, self.prefix))


def _identified(request: Request) -> Request:
    """Use the token in the cookie if there is none in the header. Raises CrossSiteRequest."""
    if request.header("authorization"):
        return request
    sent = request.header("cookie")
    access = cookie(sent, ACCESS)
    is_session = bool(access or cookie(sent, REFRESH))
    if request.method not in READS and (is_session or request.path.startswith(TOKENS)) and not may_change(request):
        raise CrossSiteRequest
    if not access or (request.method in READS and not may_read(request)):
        return request
    return request.with_header("authorization", f"Bearer {access}")
