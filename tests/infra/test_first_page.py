"""The page at / before a frontend is published: the inline function of the edge stack, run with moto's S3."""

import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.support.templates import resources
from tools.cloud.project import ROOT

EDGE = ROOT / "infra" / "stacks" / "edge.yaml"
BUCKET = "site"
Call = Callable[[str], str]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield client


@pytest.fixture
def call(s3: Any, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the function as CloudFormation does; returns its response."""
    sent: list[str] = []
    response = SimpleNamespace(SUCCESS="SUCCESS", FAILED="FAILED")
    response.send = lambda _event, _context, status, _data, _id, **_more: sent.append(status)
    monkeypatch.setitem(sys.modules, "cfnresponse", response)
    code: dict[str, Any] = {}
    exec(resources("AWS::Lambda::Function", EDGE)["FirstPageFunction"]["Code"]["ZipFile"], code)

    def called(request: str, bucket: str = BUCKET) -> str:
        code["handler"]({"RequestType": request, "ResourceProperties": {"Bucket": bucket}}, None)
        return sent.pop()

    return called


def body(s3: Any) -> bytes:
    found: bytes = s3.get_object(Bucket=BUCKET, Key="index.html")["Body"].read()
    return found


def test_a_first_deploy_publishes_our_placeholder_page(s3: Any, call: Call) -> None:
    assert call("Create") == "SUCCESS"
    assert b"The platform is running" in body(s3)
    assert s3.head_object(Bucket=BUCKET, Key="index.html")["ContentType"] == "text/html; charset=utf-8"


def test_a_failed_first_deploy_leaves_an_empty_bucket(s3: Any, call: Call) -> None:
    call("Create")
    assert call("Delete") == "SUCCESS"
    s3.delete_bucket(Bucket=BUCKET)


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_published_frontend_is_not_replaced(s3: Any, call: Call, request_type: str) -> None:
    call("Create")
    s3.put_object(Bucket=BUCKET, Key="index.html", Body=b"the frontend")
    assert call(request_type) == "SUCCESS"
    assert body(s3) == b"the frontend"


def test_failures_are_reported(call: Any) -> None:
    assert call("Create", "nowhere") == "FAILED"
    assert call("Delete", "nowhere") == "FAILED"
