"""The platform in cloud mode on the engines of this test process."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import httpx

from functions.migrations.repository import let_in
from shared.kit.db.transactions import transaction
from tests.conftest import SECRET, read_settings_again
from tests.support.browser import Answer
from tests.support.local_server import free_port
from tools.cloud.stack import Cloud, Options, running_cloud

EMPTY: Mapping[str, str] = MappingProxyType({})


@contextmanager
def cloud_mode(*, event_sources: bool, secrets: Mapping[str, str] = EMPTY, **parameters: str) -> Iterator[Cloud]:
    """The platform while the block runs; without `event_sources` queues and schedules call no function."""
    environment = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "SECOND_FACTOR_SECRET")}
    # A sender's frames may come up to so many seconds late.
    options = Options(
        environment,
        jitter=0.02,
        deploy=False,
        event_sources=event_sources,
        copies=False,
        parameters=parameters,
        secrets=secrets,
    )
    with running_cloud(options, free_port()) as running:
        # The tests sign their people in with the functions' key.
        os.environ["JWT_SECRET"] = running.secret("JWT_SECRET_ARN")
        read_settings_again()
        # The database is migrated already; what is left of a deploy is the role of the functions.
        login = json.loads(running.secret("FUNCTIONS_SECRET_ARN"))
        with transaction() as db:
            let_in(db, login["username"], login["password"])
        try:
            yield running
        finally:
            os.environ["JWT_SECRET"] = SECRET
            read_settings_again()


class ServedEntry:
    """A platform that others serve, asked from outside.

    `url` is where it listens, `own` what callers over HTTP ask, and `public` what it calls itself on sockets.
    """

    def __init__(self, url: str, own: str, client: httpx.Client, *, public: str = "") -> None:
        self.url, self.own, self.client, self.public = url, own, client, public or own

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """As a browser asks, which follows to where S3 has a file."""
        found = self.client.request(
            method, self.url + path, headers=headers, content=body, timeout=60, follow_redirects=True
        )
        self.client.cookies.clear()
        return Answer(found.status_code, found.content, dict(found.headers), found.headers.get_list("set-cookie"))


def emulated_entry(cloud: Cloud, client: httpx.Client) -> ServedEntry:
    """The whole of it from outside: CloudFront, the gateway, and each function in a process of its own."""
    # Passkeys belong to a name. Nothing is encrypted here, which no function knows.
    [public] = {found for each in cloud.functions.values() if (found := each.environment.get("PUBLIC_URL"))}
    return ServedEntry(f"http://localhost:{cloud.port}", f"https://localhost:{cloud.port}", client, public=public)
