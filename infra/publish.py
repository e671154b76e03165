"""Uploads the static files to the buckets of a deployed stack: `make publish STACK=tutoring FRONTEND=dist`.

Always the API's description, the staff desk and the default picture; the built frontend if FRONTEND names its
folder. Idempotent.
"""

import json
import mimetypes
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from fastapi.openapi.docs import get_swagger_ui_html

from infra.images import region_of_deploys
from local.asyncapi import description as describe_sockets
from local.docs import SCHEMA_PATH, SOCKETS_SCHEMA_PATH
from local.openapi import TITLE, description
from local.staff_pages import ASSETS, PAGES
from local.web_pages import FOLDER
from shared.domain.pictures import DEFAULT_PICTURE

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "functions" / "profiles" / "default.jpg"
SWAGGER = "api/swagger/"
# The bundler names files in this folder after their content.
HASHED = "assets/"
FOR_EVER, ASK_FIRST = "public, max-age=31536000, immutable", "no-cache"
TEXTS = {".html", ".js", ".css"}


@dataclass(frozen=True)
class File:
    """An object to upload: `key` is the path without its leading slash."""

    key: str
    content: bytes
    content_type: str
    cache_control: str = ASK_FIRST


class CannotPublish(Exception):
    """Something to publish, or its destination, is missing."""


def main(environment: Mapping[str, str]) -> str:
    """Publish; returns the address of the platform. Raises CannotPublish."""
    stack = outputs(environment.get("STACK") or "tutoring")
    site = [*api_description(), *staff_pages()]
    if folder := environment.get("FRONTEND"):
        host = urlsplit(stack["Url"]).netloc
        site += frontend(Path(folder), environment.get("FRONTEND_HOST") or "", host)
    put(stack["MediaBucket"], [File(DEFAULT_PICTURE, PICTURE.read_bytes(), "image/jpeg", FOR_EVER)])
    put(stack["SiteBucket"], site)
    boto3.client("cloudfront").create_invalidation(
        DistributionId=stack["DistributionId"],
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())},
    )
    return stack["Url"]


def outputs(name: str) -> dict[str, str]:
    """The outputs of a deployed stack. Raises CannotPublish."""
    try:
        client = boto3.client("cloudformation", region_name=region_of_deploys())
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        where = f"in {region_of_deploys()}, the region of samconfig.toml"
        raise CannotPublish(f"There is no stack {name} {where}; name yours with STACK=… ({error})") from None
    except BotoCoreError as error:
        raise CannotPublish(f"The stack {name} cannot be read: {error}") from None
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}


def api_description() -> Iterator[File]:
    """The schemas of HTTP and sockets, and the page of the former; their keys end with a slash, like their paths."""
    page = get_swagger_ui_html(
        openapi_url=SCHEMA_PATH,
        title=TITLE,
        swagger_js_url=f"/{SWAGGER}swagger-ui-bundle.js",
        swagger_css_url=f"/{SWAGGER}swagger-ui.css",
        swagger_favicon_url=f"/{SWAGGER}favicon.png",
    )
    yield File(SCHEMA_PATH.removeprefix("/"), json.dumps(description()).encode(), "application/json")
    yield File(SOCKETS_SCHEMA_PATH.removeprefix("/"), json.dumps(describe_sockets()).encode(), "application/json")
    yield File(f"{SWAGGER}docs/", bytes(page.body), "text/html; charset=utf-8")
    assets = files("fastapi_offline") / "static"
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        yield File(SWAGGER + name, (assets / name).read_bytes(), content_type(name))


def staff_pages() -> Iterator[File]:
    """The pages of the staff desk, after their assets."""
    for name in ASSETS:
        yield File(f"_staff/{name}", (FOLDER / name).read_bytes(), content_type(name))
    for path, name in PAGES.items():
        yield File(f"_staff/{path}", (FOLDER / name).read_bytes(), "text/html; charset=utf-8")


def frontend(folder: Path, built_for: str, host: str) -> list[File]:
    """A built single-page app, with the host it was built for replaced by ours. Raises CannotPublish."""
    if not (folder / "index.html").is_file():
        raise CannotPublish(f"FRONTEND={folder} holds no index.html: it is the folder of a built app.")
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        key, content = path.relative_to(folder).as_posix(), path.read_bytes()
        if built_for and path.suffix in TEXTS:
            content = content.replace(built_for.encode(), host.encode())
        # With the host replaced, the hash in the name no longer matches the content.
        hashed = key.startswith(HASHED) and not built_for
        found.append(File(key, content, content_type(key), FOR_EVER if hashed else ASK_FIRST))
    # Last, because the page must not refer to files that are not uploaded yet.
    return sorted(found, key=lambda each: each.key == "index.html")


def content_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


def put(bucket: str, these: list[File]) -> None:
    """Files of earlier releases stay, because open pages may still request them."""
    client: Any = boto3.client("s3", region_name=region_of_deploys())
    for each in these:
        client.put_object(
            Bucket=bucket,
            Key=each.key,
            Body=each.content,
            ContentType=each.content_type,
            CacheControl=each.cache_control,
        )


if __name__ == "__main__":
    try:
        sys.stdout.write(f"Published: {main(os.environ)}\n")
    except CannotPublish as reason:
        sys.exit(str(reason))
