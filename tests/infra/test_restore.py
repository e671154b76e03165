"""What a deploy with a snapshot does to the database and the cache, by CloudFormation's replacement rules."""

import re
from typing import Any

import pytest

from tests.support.templates import resources, template
from tools.cloud.project import ROOT
from tools.cloud.template import Template

DATA = ROOT / "infra" / "stacks" / "data.yaml"
MAX_CACHE_NAME = 40
LONGEST_STACK_NAME = "tutoring-prod-eu-central"


def made(kind: str, snapshot: str) -> dict[str, Any]:
    """The properties of the only resource of a type, without those that have no value."""
    stack = Template(DATA, {"Name": LONGEST_STACK_NAME, "DatabaseSnapshot": snapshot, "ProtectDatabase": "no"}, {})
    [properties] = resources(kind, DATA).values()
    kept = ("SnapshotIdentifier", "MasterUsername", "StorageEncrypted", "DatabaseName", "ServerlessCacheName")
    found = {name: stack.resolve(properties[name]) for name in kept if name in properties}
    return {name: value for name, value in found.items() if value not in ("", None)}


def test_without_a_snapshot_the_database_is_new() -> None:
    expected = {"DatabaseName": "tutoring", "MasterUsername": "tutoring", "StorageEncrypted": True}
    assert made("AWS::RDS::DBCluster", "") == expected
    assert made("AWS::ElastiCache::ServerlessCache", "") == {"ServerlessCacheName": LONGEST_STACK_NAME}


def test_a_snapshot_restores_the_database_and_comes_with_an_empty_cache() -> None:
    restored = {"SnapshotIdentifier": "before-friday", "DatabaseName": "tutoring"}
    assert made("AWS::RDS::DBCluster", "before-friday") == restored
    cache = made("AWS::ElastiCache::ServerlessCache", "before-friday")["ServerlessCacheName"]
    assert cache == f"{LONGEST_STACK_NAME}-before-friday"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("", True),
        ("before-friday", True),
        ("a" * 16, False),
        ("before-friday-of-the-week", False),
        ("double--hyphen", False),
        ("hyphen-", False),
        ("rds:tutoring-2026-11-28", False),
    ],
)
def test_a_snapshot_name_is_accepted_if_it_fits_in_the_name_of_the_cache(name: str, *, fits: bool) -> None:
    pattern = template()["Parameters"]["DatabaseSnapshot"]["AllowedPattern"]
    assert (re.fullmatch(pattern, name) is not None) == fits
    assert not fits or len(f"{LONGEST_STACK_NAME}-{name}") <= MAX_CACHE_NAME


def test_the_old_cluster_can_be_replaced_and_is_kept_as_a_snapshot() -> None:
    """A fixed name would be taken while the new cluster is created."""
    [database] = [each for each in template(DATA)["Resources"].values() if each["Type"] == "AWS::RDS::DBCluster"]
    assert database["UpdateReplacePolicy"] == "Snapshot"
    assert "DBClusterIdentifier" not in database["Properties"]
    for instance in resources("AWS::RDS::DBInstance", DATA).values():
        assert instance["DBClusterIdentifier"] == {"Ref": "Database"}
        assert "DBInstanceIdentifier" not in instance


def test_deleted_pictures_are_kept_for_a_week() -> None:
    bucket = resources("AWS::S3::Bucket")["MediaBucket"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
