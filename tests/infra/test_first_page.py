"""What / shows before a frontend is published: the inline function of the edge stack, run on moto's S3."""

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
    """Call the function as CloudFormation does; what it answers."""
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


def test_a_first_deploy_shows_a_page_of_ours(s3: Any, call: Call) -> None:
    assert call("Create") == "SUCCESS"
    assert b"The platform is running" in body(s3)
    assert s3.head_object(Bucket=BUCKET, Key="index.html")["ContentType"] == "text/html; charset=utf-8"


def test_a_first_deploy_that_failed_leaves_an_empty_bucket(s3: Any, call: Call) -> None:
    call("Create")
    assert call("Delete") == "SUCCESS"
    s3.delete_bucket(Bucket=BUCKET)


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_a_frontend_stays(s3: Any, call: Call, request_type: str) -> None:
    call("Create")
    s3.put_object(Bucket=BUCKET, Key="index.html", Body=b"the frontend")
    assert call(request_type) == "SUCCESS"
    assert body(s3) == b"the frontend"


def test_what_cannot_be_done_is_said(call: Any) -> None:
    assert call("Create", "nowhere") == "FAILED"
    assert call("Delete", "nowhere") == "FAILED"
