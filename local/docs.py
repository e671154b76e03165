"""The API documentation: the schema, and Swagger UI from a package instead of the internet."""

from importlib.resources import files

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from local.openapi import TITLE, description

SCHEMA_PATH = "/api/schema/"
ASSETS_PATH = "/_local/swagger"


def show_schema(_request: Request) -> JSONResponse:
    return JSONResponse(description())


def show_page(_request: Request) -> Response:
    return get_swagger_ui_html(
        openapi_url=SCHEMA_PATH,
        title=TITLE,
        swagger_js_url=f"{ASSETS_PATH}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS_PATH}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS_PATH}/favicon.png",
    )


routes = [
    Route(SCHEMA_PATH, show_schema),
    Route("/api/swagger/docs/", show_page),
    Mount(ASSETS_PATH, StaticFiles(directory=str(files("fastapi_offline") / "static"))),
]
