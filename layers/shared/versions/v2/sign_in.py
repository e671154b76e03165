"""Signing in with Google: a cookie ties the provider's response to the browser that asked for it."""

from shared.versions.cookies import clear_value, set_access, set_refresh, set_value
from shared.versions.credentials import REFRESH, cookie
from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request
from shared.versions.origins import CrossSiteRequest, may_change, may_read

PATH, BEGIN, COMPLETE = "/api/o/google-oauth2/", "/api/token/oidc/begin/", "/api/token/oidc/"
BINDING, LINK = "oidc_binding", "oidc_link"
# As long as the platform keeps sign-in requests.
BINDING_SECONDS, LINK_SECONDS = 600, 1800
# In the original's wording, if the address has no state at all.
MISSING = "State could not be found in server-side session data."
# What no sign-in has.
NOTHING = "-"
endpoints = Endpoints()


@endpoints.add("GET", PATH, served_by=BEGIN)
async def begin(request: Request, api: Api) -> Answer:
    """The provider's page, and the cookie. A redirect target that is not allowed is refused with plain text."""
    if not may_read(request):
        raise CrossSiteRequest
    redirect_uri = dict(request.query).get("redirect_uri", "")
    begun = await api(request.to(BEGIN, method="POST").with_query([]).with_json({"redirect_uri": redirect_uri}))
    if begun.status == 400:
        return begun.with_json((begun.json.get("redirect_uri") or [""])[0])
    if begun.status != 200:
        return begun
    kept = set_value(request, BINDING, begun.json["binding"], BINDING_SECONDS)
    return begun.with_json({"authorization_url": begun.json["authorization_url"]}).with_headers(kept)


@endpoints.add("POST", PATH, served_by=COMPLETE)
async def complete(request: Request, api: Api) -> Answer:
    """Return both tokens as cookies, too. Errors are a single text without a field."""
    if not may_change(request):
        raise CrossSiteRequest
    sent, said = request.header("cookie"), dict(request.query)
    brought = {"state": said.get("state"), "code": said.get("code"), "binding": cookie(sent, BINDING)}
    answer = {name: value or NOTHING for name, value in brought.items()}
    known = cookie(sent, REFRESH)
    asked = request.to(COMPLETE).with_query([])
    found = await api(asked.with_json({**answer, "refresh": known} if known else answer))
    if found.status == 200:
        pair = found.json
        cookies = set_access(request, pair["access"]), set_refresh(request, pair["refresh"])
        return found.with_json(pair, 201).with_headers(*cookies, clear_value(request, BINDING))
    if found.status not in {400, 401, 403, 409}:
        return found
    complaint = found.json
    # If a second factor is required, its ticket is beside the text.
    more = {name: complaint[name] for name in ("code", "ticket")} if "ticket" in complaint else {}
    refused = found.with_json({"non_field_errors": [complaint.get("detail", MISSING)], **more}, 400)
    if link := complaint.get("link"):
        return refused.with_headers(set_value(request, LINK, link, LINK_SECONDS))
    return refused
