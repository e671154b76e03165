"""AWS emulated by a moto server at a URL of its own, for calls that do not use boto3."""

import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shared.kit.aws import clients

REGION = "eu-central-1"
CLIENTS = (clients.s3, clients.sesv2, clients.secretsmanager)


@contextmanager
def emulated_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point AWS_ENDPOINT_URL to an empty AWS account; all of the test's changes are undone when the block ends."""
    address = moto_server()
    environment = {
        "AWS_ENDPOINT_URL": address,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    try:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        forget_clients()
        boto3.DEFAULT_SESSION = moto_session()
        # Remove what other tests left: moto keeps its accounts in the process, not in the server.
        urllib.request.urlopen(f"{address}/moto-api/reset", b"").close()
        yield
    finally:
        monkeypatch.undo()
        forget_clients()


@cache
def moto_server() -> str:
    """The URL of a server that lives as long as this process, because stopping one takes half a second."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


@cache
def moto_session() -> boto3.Session:
    """One shared session: it caches the service descriptions it has loaded, which are long."""
    return boto3.Session()


def forget_clients() -> None:
    """Clear the cached clients and boto3's default session, which are bound to the URL they were created for."""
    boto3.DEFAULT_SESSION = None
    for each in CLIENTS:
        each.cache_clear()
