"""The pages of the staff desk, in every mode; `infra.publish` puts the same files into the bucket of the site."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from local import web_pages

PATH = "/_staff/"
PAGES = {"": "staff.html", "enrol/": "staff.html"}
# The files that these pages load, directly or indirectly.
ASSETS = (
    *("icon.svg", "base.css", "controls.css", "staff.css"),
    *("api.js", "dialogs.js", "dom.js", "enrol.js", "errors.js", "factor_forms.js", "forms.js", "passkeys.js"),
    *("session.js", "sign_in_forms.js", "times.js"),
    *("staff.js", "staff_lists.js", "staff_people.js", "staff_reports.js", "staff_reviews.js"),
)


def _show(request: Request) -> Response:
    """Answer both forms of a page's path."""
    name = request.path_params.get("name", "")
    for path, page in PAGES.items():
        if name in {path, path.removesuffix("/")}:
            return web_pages.page(page)
    if name not in ASSETS:
        return Response("There is no such page.", 404, media_type="text/plain")
    return FileResponse(web_pages.FOLDER / name, headers=web_pages.HEADERS)


routes = [Route(PATH.removesuffix("/"), _show), Route(f"{PATH}{{name:path}}", _show)]
