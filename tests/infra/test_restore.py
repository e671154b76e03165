"""What a deploy with a snapshot makes of the database and of the cache, by CloudFormation's rules of replacement."""

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
    """The properties of the one resource of a type; what has no value is not among them."""
    stack = Template(DATA, {"Name": LONGEST_STACK_NAME, "DatabaseSnapshot": snapshot, "ProtectDatabase": "no"}, {})
    [properties] = resources(kind, DATA).values()
    kept = ("SnapshotIdentifier", "MasterUsername", "StorageEncrypted", "DatabaseName", "ServerlessCacheName")
    found = {name: stack.resolve(properties[name]) for name in kept if name in properties}
    return {name: value for name, value in found.items() if value not in ("", None)}


def test_without_a_snapshot_the_database_is_made_anew() -> None:
    expected = {"DatabaseName": "tutoring", "MasterUsername": "tutoring", "StorageEncrypted": True}
    assert made("AWS::RDS::DBCluster", "") == expected
    assert made("AWS::ElastiCache::ServerlessCache", "") == {"ServerlessCacheName": LONGEST_STACK_NAME}


def test_from_a_snapshot_comes_what_it_has_and_with_it_an_empty_cache() -> None:
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
def test_a_name_that_fits_into_the_name_of_the_cache_is_taken(name: str, *, fits: bool) -> None:
    pattern = template()["Parameters"]["DatabaseSnapshot"]["AllowedPattern"]
    assert (re.fullmatch(pattern, name) is not None) == fits
    assert not fits or len(f"{LONGEST_STACK_NAME}-{name}") <= MAX_CACHE_NAME


def test_the_old_cluster_can_be_replaced_and_is_kept_as_a_snapshot() -> None:
    """A name of its own would be taken while the new one is made."""
    [database] = [each for each in template(DATA)["Resources"].values() if each["Type"] == "AWS::RDS::DBCluster"]
    assert database["UpdateReplacePolicy"] == "Snapshot"
    assert "DBClusterIdentifier" not in database["Properties"]
    for instance in resources("AWS::RDS::DBInstance", DATA).values():
        assert instance["DBClusterIdentifier"] == {"Ref": "Database"}
        assert "DBInstanceIdentifier" not in instance


def test_pictures_that_were_deleted_are_there_for_a_week() -> None:
    bucket = resources("AWS::S3::Bucket")["MediaBucket"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
