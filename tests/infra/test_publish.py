"""Publishing into the buckets of a stack, in moto."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.publish import CannotPublish, main
from local.web_pages import POLICY
from tests.support.local_server import ROOT, environment

REGION = "eu-central-1"
OUTPUTS = ("SiteBucket", "MediaBucket", "DistributionId", "Url")


def stack(distribution: str) -> str:
    """A stack with the same outputs as ours; its distribution already exists."""
    values = {
        "SiteBucket": {"Ref": "Site"},
        "MediaBucket": {"Ref": "Media"},
        "DistributionId": distribution,
        "Url": "https://korepetycje.example",
    }
    return json.dumps(
        {
            "Resources": {
                "Site": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "site"}},
                "Media": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "media"}},
            },
            "Outputs": {name: {"Value": values[name]} for name in OUTPUTS},
        }
    )


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An account with the stack `tutoring`."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        origin = {"Id": "site", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        behaviour = {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only", "MinTTL": 0}
        config = {
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                **behaviour,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
        cloudfront: Any = boto3.client("cloudfront")
        distribution = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
        boto3.client("cloudformation").create_stack(StackName="tutoring", TemplateBody=stack(distribution))
        yield {"cloudfront": cloudfront, "s3": boto3.client("s3"), "distribution": distribution}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built single-page app."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<script src="/assets/index-1a2b.js"></script>')
    (tmp_path / "assets" / "index-1a2b.js").write_text('fetch("https://nauczajka.online/api/token/")')
    (tmp_path / "logo.svg").write_text("<svg/>")
    return tmp_path


def served(aws: Any, bucket: str, key: str) -> tuple[str, str, bytes]:
    found = aws["s3"].get_object(Bucket=bucket, Key=key)
    return found["ContentType"], found["CacheControl"], found["Body"].read()


def test_the_description_and_the_default_picture_are_published_without_a_frontend(aws: Any) -> None:
    assert main({}) == "https://korepetycje.example"
    kind, _, schema = served(aws, "site", "api/schema/")
    assert kind == "application/json"
    assert "/api/token/" in json.loads(schema)["paths"]
    kind, _, sockets = served(aws, "site", "api/schema/sockets/")
    assert (kind, json.loads(sockets)["asyncapi"]) == ("application/json", "3.0.0")
    kind, _, page = served(aws, "site", "api/swagger/docs/")
    assert kind == "text/html; charset=utf-8"
    kind, kept, desk = served(aws, "site", "_staff/")
    assert (kind, kept) == ("text/html; charset=utf-8", "no-cache")
    assert served(aws, "site", "_staff/enrol/")[0] == kind
    for name in ("staff.js", "dom.js", "base.css", "icon.svg"):
        assert served(aws, "site", f"_staff/{name}")[2]
    # As in the header of the local server, but without frame-ancestors, which the managed headers contain.
    [policy] = re.findall(rb'Content-Security-Policy" content="(.*?)"', desk)
    assert set(policy.decode().split("; ")) == set(POLICY.split("; ")) - {"frame-src 'self'", "frame-ancestors 'none'"}
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f'"/api/swagger/{asset}"'.encode() in page
        assert served(aws, "site", f"api/swagger/{asset}")[2]
    kind, cached, picture = served(aws, "media", "uploads/user/default.jpg")
    assert (kind, picture[:2]) == ("image/jpeg", b"\xff\xd8")
    assert "immutable" in cached


def test_the_frontend_is_published_with_its_types_and_times(aws: Any, built: Path) -> None:
    main({"STACK": "tutoring", "FRONTEND": str(built)})
    assert served(aws, "site", "index.html")[:2] == ("text/html; charset=utf-8", "no-cache")
    assert served(aws, "site", "logo.svg")[:2] == ("image/svg+xml", "no-cache")
    kind, cached, script = served(aws, "site", "assets/index-1a2b.js")
    assert kind.partition(";")[0] in {"text/javascript", "application/javascript"}
    assert "immutable" in cached
    assert b"nauczajka.online" in script


def test_a_frontend_built_for_another_host_gets_our_host(aws: Any, built: Path) -> None:
    main({"FRONTEND": str(built), "FRONTEND_HOST": "nauczajka.online"})
    _, cached, script = served(aws, "site", "assets/index-1a2b.js")
    assert script == b'fetch("https://korepetycje.example/api/token/")'
    assert cached == "no-cache"


def test_browsers_get_the_new_files_at_once(aws: Any) -> None:
    main({})
    main({})
    invalidations = aws["cloudfront"].list_invalidations(DistributionId=aws["distribution"])["InvalidationList"]
    assert invalidations["Quantity"] == 2


def test_a_folder_without_an_app_or_a_missing_stack_is_an_error(aws: Any, tmp_path: Path) -> None:
    with pytest.raises(CannotPublish, match=r"index\.html"):
        main({"FRONTEND": str(tmp_path)})
    with pytest.raises(CannotPublish, match=f"no stack elsewhere in {REGION}, the region of samconfig.toml"):
        main({"STACK": "elsewhere"})
    assert aws["s3"].list_objects_v2(Bucket="site")["KeyCount"] == 0


def test_the_region_is_that_of_deploys_whatever_the_environment(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    main({})
    assert aws["s3"].list_objects_v2(Bucket="site")["KeyCount"] > 0


@pytest.mark.proof
def test_missing_credentials_are_reported_in_one_line() -> None:
    reason = "The stack tutoring cannot be read: Unable to locate credentials\n"
    nothing = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    nothing["AWS_EC2_METADATA_DISABLED"] = "true"
    command = [sys.executable, "-m", "infra.publish"]
    result = subprocess.run(command, cwd=ROOT, env=environment(**nothing), capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", reason)
