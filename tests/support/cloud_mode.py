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
    """Run the platform during the block; without `event_sources`, queues and schedules call no function."""
    environment = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "SECOND_FACTOR_SECRET")}
    # `jitter` delays a sender's frames by up to so many seconds.
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
        # The tests issue access tokens with the functions' key.
        os.environ["JWT_SECRET"] = running.secret("JWT_SECRET_ARN")
        read_settings_again()
        # The database is already migrated; only the functions' role remains to be created.
        login = json.loads(running.secret("FUNCTIONS_SECRET_ARN"))
        with transaction() as db:
            let_in(db, login["username"], login["password"])
        try:
            yield running
        finally:
            os.environ["JWT_SECRET"] = SECRET
            read_settings_again()


class ServedEntry:
    """A platform served by another process, called from outside.

    `url` is where it listens, `own` the origin that HTTP clients call, and `public` the one it uses on sockets.
    """

    def __init__(self, url: str, own: str, client: httpx.Client, *, public: str = "") -> None:
        self.url, self.own, self.client, self.public = url, own, client, public or own

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send a request as a browser does, following redirects to files in S3."""
        found = self.client.request(
            method, self.url + path, headers=headers, content=body, timeout=60, follow_redirects=True
        )
        self.client.cookies.clear()
        return Answer(found.status_code, found.content, dict(found.headers), found.headers.get_list("set-cookie"))


def emulated_entry(cloud: Cloud, client: httpx.Client) -> ServedEntry:
    """The whole platform from outside: CloudFront, the gateway, and each function in its own process."""
    # Passkeys are bound to a host name. Functions assume https, although nothing is encrypted here.
    [public] = {found for each in cloud.functions.values() if (found := each.environment.get("PUBLIC_URL"))}
    return ServedEntry(f"http://localhost:{cloud.port}", f"https://localhost:{cloud.port}", client, public=public)
