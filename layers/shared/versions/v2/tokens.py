"""Sign-in by cookies: they are set with the responses, and take precedence over tokens in a body."""

from shared.domain.auth import NotAuthenticated
from shared.kit.errors import MethodNotAllowed
from shared.versions.cookies import clear, clear_value, set_access, set_refresh
from shared.versions.credentials import ACCESS, REFRESH, cookie
from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request, refusal
from shared.versions.v2.sign_in import LINK

SIGN_OUT, REFRESHING = "/api/token/logout/", "/api/token/refresh/"
SERVER_ERROR = 500
endpoints = Endpoints()


@endpoints.add("POST", "/api/token/")
async def sign_in(request: Request, api: Api) -> Answer:
    """Both tokens, as cookies too. A known browser is recognized by its refresh token.

    If Google's sign-in led to this account before, the password links the two.
    """
    request = await request.read()
    sent, body = request.header("cookie"), request.json
    kept = {"refresh": cookie(sent, REFRESH), "link": cookie(sent, LINK)}
    added = {name: value for name, value in kept.items() if value}
    if added and isinstance(body, dict):
        request = request.with_json({**added, **body})
    return _with_cookies(request, await api(request))


@endpoints.add("POST", "/api/token/passkey/")
@endpoints.add("POST", "/api/token/second_factor/")
async def give_factor(request: Request, api: Api) -> Answer:
    """As for signing in by password."""
    request = await request.read()
    known, body = cookie(request.header("cookie"), REFRESH), request.json
    if known and isinstance(body, dict):
        request = request.with_json({"refresh": known, **body})
    return _with_cookies(request, await api(request))


def _with_cookies(request: Request, answer: Answer) -> Answer:
    """The response with its tokens as cookies; the cookie of a used link is deleted."""
    if answer.status != 200:
        return answer
    pair = answer.json
    answer = answer.with_headers(set_access(request, pair["access"]), set_refresh(request, pair["refresh"]))
    has_link = cookie(request.header("cookie"), LINK)
    return answer.with_headers(clear_value(request, LINK)) if has_link else answer


@endpoints.add("POST", "/api/token/verify/")
async def verify(request: Request, api: Api) -> Answer:
    """Check the cookie's token, or else the body's. Without both it is 401, not 400, so that the browser refreshes."""
    return await _with_token(request, api, ACCESS, "token")


@endpoints.add("POST", REFRESHING)
async def refresh(request: Request, api: Api) -> Answer:
    """A new access token for the cookie's refresh token, or else for the body's."""
    answer = await _with_token(request, api, REFRESH, "refresh")
    return answer.with_headers(set_access(request, answer.json["access"])) if answer.status == 200 else answer


async def _with_token(request: Request, api: Api, name: str, key: str) -> Answer:
    if token := cookie(request.header("cookie"), name):
        return await api(request.with_json({key: token}))
    request = await request.read()
    return await api(request) if request.body else refusal(NotAuthenticated())


@endpoints.add("POST", SIGN_OUT)
async def sign_out(request: Request, api: Api) -> Answer:
    """End the session behind either cookie, if it still exists, and clear the cookies."""
    ended = await api(request.with_json({}))
    if ended.status == 401 and (token := cookie(request.header("cookie"), REFRESH)):
        refreshed = await api(request.to(REFRESHING).with_json({"refresh": token}))
        if refreshed.status == 200:
            bearer = f"Bearer {refreshed.json['access']}"
            ended = await api(request.with_json({}).with_header("authorization", bearer))
    return ended if ended.status >= SERVER_ERROR else Answer(204, clear(request))


@endpoints.add("GET PUT PATCH DELETE", SIGN_OUT)
async def refuse_method(request: Request, _api: Api) -> Answer:
    """Needs no credentials, just as signing out needs none."""
    return refusal(MethodNotAllowed(request.method)).with_headers((b"allow", b"POST, OPTIONS"))
