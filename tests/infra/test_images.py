"""The repository of images, in moto's ECR."""

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import images
from tests.support.templates import functions
from tools.cloud.project import ROOT


@pytest.fixture
def ecr() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ecr", region_name=images.region_of_deploys())


def test_all_functions_share_one_repository_that_expires_images(ecr: Any) -> None:
    address = images.main()
    assert images.main() == address
    [repository] = ecr.describe_repositories()["repositories"]
    assert repository["repositoryUri"] == address
    [rule] = json.loads(ecr.get_lifecycle_policy(repositoryName=images.NAME)["lifecyclePolicyText"])["rules"]
    assert rule["selection"]["countNumber"] > 50 * len(functions())
    [statement] = json.loads(ecr.get_repository_policy(repositoryName=images.NAME)["policyText"])["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert re.fullmatch(
        r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:\*", statement["Condition"]["ArnLike"]["aws:SourceArn"]
    )


def test_a_deploy_pushes_its_images_to_that_repository() -> None:
    """The SAM CLI uses a given repository or creates its own, and refuses both options together."""
    makefile = (ROOT / "Makefile").read_text()
    assert 'images="$$($(BIN)/python -m infra.images)" && sam deploy --image-repository "$$images"' in makefile
    assert "resolve_image_repos" not in (ROOT / "samconfig.toml").read_text()
