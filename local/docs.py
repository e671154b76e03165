"""The API documentation: descriptions of HTTP and sockets, and Swagger UI from a package instead of the internet."""

from asyncio import shield, wrap_future
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.resources import files

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from local.asyncapi import description as describe_sockets
from local.openapi import TITLE, description
from local.web_pages import Assets
from shared.kit.http.responses import raw_json_response
from shared.kit.json import json_text

SCHEMA_PATH = "/api/schema/"
SOCKETS_SCHEMA_PATH = "/api/schema/sockets/"
ASSETS_PATH = "/_local/swagger"
# https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/
SETTINGS = {
    # Groups are collapsed: they are in the order of the schema's tags and read like a table of contents.
    "docExpansion": "none",
    "filter": True,
    # Keep the token when the page is reloaded.
    "persistAuthorization": True,
    "displayRequestDuration": True,
    "defaultModelRendering": "example",
    "defaultModelsExpandDepth": 0,
    "tryItOutEnabled": True,
}

BUILDER = ThreadPoolExecutor(1, "schema")


@cache
def schema_text() -> Future[str]:
    """The schema as JSON. It takes seconds: a single thread makes it, once, for all requests."""
    return BUILDER.submit(lambda: json_text(description()))


@cache
def sockets_schema_text() -> Future[str]:
    """As schema_text, for the sockets."""
    return BUILDER.submit(lambda: json_text(describe_sockets()))


async def show_sockets_schema(_request: Request) -> Response:
    text = await shield(wrap_future(sockets_schema_text()))
    return raw_json_response(text)


async def show_schema(_request: Request) -> Response:
    # A client that disconnects does not cancel it for the others.
    text = await shield(wrap_future(schema_text()))
    return raw_json_response(text)


def show_page(_request: Request) -> Response:
    return get_swagger_ui_html(
        openapi_url=SCHEMA_PATH,
        title=f"{TITLE}: API documentation",
        swagger_js_url=f"{ASSETS_PATH}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS_PATH}/swagger-ui.css",
        swagger_favicon_url="/_local/pages/icon.svg",
        swagger_ui_parameters=SETTINGS,
    )


routes = [
    Route(SCHEMA_PATH, show_schema),
    Route(SOCKETS_SCHEMA_PATH, show_sockets_schema),
    Route("/api/swagger/docs/", show_page),
    Mount(ASSETS_PATH, Assets(directory=str(files("fastapi_offline") / "static"))),
]
