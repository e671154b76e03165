"""AWS as moto emulates it behind an address of its own: for calls that do not go through boto3."""

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
    """AWS_ENDPOINT_URL leads to an empty AWS account; when the block ends all of the test's changes are undone."""
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
        # What others left: moto keeps its accounts in the process, not in the server.
        urllib.request.urlopen(f"{address}/moto-api/reset", b"").close()
        yield
    finally:
        monkeypatch.undo()
        forget_clients()


@cache
def moto_server() -> str:
    """The address of a server that lives as long as this process: it takes half a second to stop one."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


@cache
def moto_session() -> boto3.Session:
    """It remembers the descriptions of services it has read, which are long."""
    return boto3.Session()


def forget_clients() -> None:
    """Clients are cached with the address they were made for, and so is boto3's own session."""
    boto3.DEFAULT_SESSION = None
    for each in CLIENTS:
        each.cache_clear()
