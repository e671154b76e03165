"""Attachments on AWS: forms and addresses that S3 accepts, signed for one file, one size and a short time."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest

from functions.chat import attachments_sweep_job
from shared.kit.aws import clients
from shared.kit.errors import Unavailable
from tests.conftest import read_settings_again
from tests.support.attachments import complete, request_upload, server
from tests.support.chat_http import Conversation
from tests.support.moto_aws import REGION, emulated_aws
from tests.support.office_files import PDF
from tests.support.people import query
from tests.support.uploads import encoded, quarters

BUCKET = "attachments-of-the-test"


@pytest.fixture
def bucket(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An S3 client of the bucket's owner."""
    with emulated_aws(monkeypatch):
        monkeypatch.setenv("ATTACHMENTS_BUCKET", BUCKET)
        read_settings_again()
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})  # type: ignore[typeddict-item] # a region by its name
        yield s3
    read_settings_again()


def keys(s3: Any) -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def attach(conversation: Conversation, name: str, content: bytes) -> dict[str, Any]:
    ticket = request_upload(conversation.student, conversation.id, name, len(content)).json
    answer = httpx.post(ticket["url"], data=ticket["fields"], files={"file": ("blob", content)})
    assert answer.status_code in {200, 204}, answer.text
    found: dict[str, Any] = complete(conversation.student, ticket["id"]).json
    return found


def test_a_file_is_uploaded_to_the_bucket_and_served_from_it(conversation: Conversation, bucket: Any) -> None:
    picture = encoded(quarters(600, 300))
    found = attach(conversation, "zdjęcie.png", picture)
    [kept, thumbnail] = keys(bucket)
    assert thumbnail == f"{kept}.webp"
    stored = bucket.get_object(Bucket=BUCKET, Key=kept)
    assert (stored["Body"].read(), stored["ContentType"]) == (picture, "image/png")
    assert stored["ContentDisposition"] == "inline; filename=\"zdj_cie.png\"; filename*=UTF-8''zdj%C4%99cie.png"
    led = server.get(found["url"])
    assert (led.status_code, led.headers["cache-control"]) == (302, "private, max-age=60")
    assert httpx.get(led.headers["location"]).content == picture
    assert httpx.get(server.get(found["thumbnail"]).headers["location"]).content[:4] == b"RIFF"


def signature(method: str, location: str, secret: str = "testing") -> str:
    """Compute the signature S3 expects, by docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html."""
    address, algorithm = urlsplit(location), "AWS4-HMAC-SHA256"
    pairs = [each for each in address.query.split("&") if not each.startswith("X-Amz-Signature=")]
    asked = "\n".join(
        (method, address.path, "&".join(sorted(pairs)), f"host:{address.netloc}", "", "host", "UNSIGNED-PAYLOAD")
    )
    named = parse_qs(address.query)
    [at], [(_, *scope)] = named["X-Amz-Date"], [each.split("/") for each in named["X-Amz-Credential"]]
    hashed = hashlib.sha256(asked.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for part in (*scope, "\n".join((algorithm, at, "/".join(scope), hashed))):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def test_addresses_are_signed_for_the_request_s_method(conversation: Conversation, bucket: Any) -> None:
    found = attach(conversation, "zdjęcie.png", encoded(quarters(600, 300)))
    for method, other in (("GET", "HEAD"), ("HEAD", "GET")):
        for url in (found["url"], found["thumbnail"]):
            led = server.request(method, url)
            assert led.status_code == 302
            location = led.headers["location"]
            [signed] = parse_qs(urlsplit(location).query)["X-Amz-Signature"]
            assert (signature(method, location), signature(other, location) == signed) == (signed, False)
            assert httpx.request(method, location).status_code == 200


def test_the_location_of_a_picture_is_removed(conversation: Conversation, bucket: Any) -> None:
    content = encoded(quarters(600, 300), "JPEG", comment=b"Nalewka 5")
    attach(conversation, "tablica.jpg", content)
    [kept, _thumbnail] = keys(bucket)
    stored = bucket.get_object(Bucket=BUCKET, Key=kept)["Body"].read()
    assert stored == content.replace(b"\xff\xfe\0\x0bNalewka 5", b"")
    assert stored != content


def test_other_files_are_served_as_downloads(conversation: Conversation, bucket: Any) -> None:
    attach(conversation, "x.pdf", PDF)
    [kept] = keys(bucket)
    assert bucket.get_object(Bucket=BUCKET, Key=kept)["ContentDisposition"].startswith("attachment; ")


def test_the_form_is_valid_for_one_key_one_size_and_15_minutes(conversation: Conversation, bucket: Any) -> None:
    ticket = request_upload(conversation.student, conversation.id, size=1234).json
    policy = json.loads(base64.b64decode(ticket["fields"]["policy"]))
    assert ["content-length-range", 1, 1234] in policy["conditions"]
    assert {"key": f"uploads/{ticket['id']}"} in policy["conditions"]
    assert {"bucket": BUCKET} in policy["conditions"]
    assert ticket["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_addresses_name_the_bucket_s_own_host_in_its_region(
    conversation: Conversation, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new bucket's other host answers with redirects until its name has spread."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    clients.s3.cache_clear()
    ticket = request_upload(conversation.student, conversation.id).json
    assert ticket["url"] == f"https://{BUCKET}.s3.{REGION}.amazonaws.com/"
    address = urlsplit(clients.s3().generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "x"}))
    assert address.netloc == f"{BUCKET}.s3.{REGION}.amazonaws.com"
    assert parse_qs(address.query)["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


def test_an_upload_that_never_happened_cannot_be_completed(conversation: Conversation, bucket: Any) -> None:
    ticket = request_upload(conversation.student, conversation.id).json
    assert complete(conversation.student, ticket["id"]).json["code"] == "upload_missing"


def test_unwanted_files_are_deleted_from_the_bucket(conversation: Conversation, bucket: Any) -> None:
    attach(conversation, "x.pdf", PDF)
    query("UPDATE attachments SET created_at = created_at - %s", timedelta(days=1))
    assert attachments_sweep_job.handler({}, None) == {"deleted": 1}
    assert keys(bucket) == []


def test_without_the_bucket_uploads_fail_and_no_attachment_is_forgotten(
    conversation: Conversation, bucket: Any
) -> None:
    ticket = request_upload(conversation.student, conversation.id).json
    bucket.delete_bucket(Bucket=BUCKET)
    assert complete(conversation.student, ticket["id"]).status == 503
    query("UPDATE attachments SET created_at = created_at - %s", timedelta(days=1))
    with pytest.raises(Unavailable):
        attachments_sweep_job.handler({}, None)
    assert query("SELECT count(*) FROM attachments") == [(1,)]
