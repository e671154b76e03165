"""Where profile pictures are stored: new names, no leftovers, a folder or S3."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import boto3
import psycopg
import pytest
from moto import mock_aws

from shared.kit.aws import clients
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.paused_transactions import wait_until, waiting
from tests.support.people import People, Person, query
from tests.support.races import at_once
from tests.support.uploads import DEFAULT, PATH, call, encoded, quarters, upload

PICTURE = encoded(quarters())
DELETED, NO_PICTURE = {"Info": "Profile image deleted."}, {"Error": "Account has no profile image"}


def files() -> set[str]:
    """Return the keys of everything in the media folder."""
    folder = Path(settings().media_folder)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def picture_of(person: Person) -> str:
    return str(call("GET", "/api/user/profile/", token=person.access).json["profile_image"])


def delete(person: Person) -> tuple[int, object]:
    answer = call("DELETE", PATH, token=person.access)
    return answer.status, answer.json


def test_every_upload_gets_a_new_name_and_the_old_file_is_deleted(people: People) -> None:
    ola, names = people.student(), set()
    assert picture_of(ola) == DEFAULT
    for _ in range(5):
        path = upload(ola, PICTURE).json["profile_image"]
        assert picture_of(ola) == path
        assert files() == {path.removeprefix("/static/media/")}
        assert str(ola.id) not in path
        names.add(path)
    assert len(names) == 5


def test_a_deleted_picture_is_replaced_by_the_default_one(people: People) -> None:
    ola, jan = people.student(), people.student()
    upload(ola, PICTURE)
    other = upload(jan, PICTURE).json["profile_image"]
    assert delete(ola) == (200, DELETED)
    assert picture_of(ola) == DEFAULT
    assert files() == {other.removeprefix("/static/media/")}
    assert delete(ola) == (400, NO_PICTURE)


def test_a_refused_upload_keeps_the_picture(people: People) -> None:
    ola = people.student()
    path = upload(ola, PICTURE).json["profile_image"]
    assert upload(ola, b"no picture").status == 400
    assert picture_of(ola) == path
    assert files() == {path.removeprefix("/static/media/")}


def test_a_tutor_is_listed_with_the_new_picture(people: People) -> None:
    jan = people.tutor()
    path = upload(jan, PICTURE).json["profile_image"]
    assert query("SELECT picture FROM tutors") == [(path.removeprefix("/static/media/"),)]


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.proof)])
def test_concurrent_uploads_leave_only_the_file_of_the_last(people: People, rounds: int) -> None:
    ola = people.student()
    for _ in range(rounds):
        answers = at_once(*[partial(upload, ola, PICTURE)] * 6)
        assert [answer.status for answer in answers] == [200] * 6
        assert files() == {picture_of(ola).removeprefix("/static/media/")}


def test_of_concurrent_deletions_one_succeeds(people: People) -> None:
    ola = people.student()
    upload(ola, PICTURE)
    answers = at_once(*[partial(delete, ola)] * 6)
    assert (200, DELETED) in answers
    assert files() == set()
    assert picture_of(ola) == DEFAULT


def test_an_upload_to_an_account_deleted_meanwhile_leaves_no_file(people: People) -> None:
    ola = people.student()
    with psycopg.connect(settings().database_url) as deletion:
        deletion.execute("DELETE FROM users")

        def commit() -> None:
            wait_until(lambda: waiting() == 1)
            assert len(files()) == 1
            deletion.commit()

        def refused() -> None:
            answer = upload(ola, PICTURE)
            assert (answer.status, answer.json["code"]) == (401, "user_not_found")

        at_once(refused, commit)
    assert files() == set()


@pytest.fixture
def bucket(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Create the media bucket and return its name."""
    monkeypatch.setenv("MEDIA_BUCKET", "media-of-the-test")
    read_settings_again()
    with mock_aws():
        clients.s3.cache_clear()
        region = {"LocationConstraint": "eu-central-1"}
        boto3.client("s3").create_bucket(Bucket="media-of-the-test", CreateBucketConfiguration=region)  # type: ignore[arg-type]  # a region by its name
        yield "media-of-the-test"
    clients.s3.cache_clear()


def keys(bucket: str) -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_pictures_are_stored_in_the_bucket(people: People, bucket: str) -> None:
    ola = people.student()
    first = upload(ola, PICTURE).json["profile_image"].removeprefix("/static/media/")
    kept = boto3.client("s3").get_object(Bucket=bucket, Key=first)
    assert kept["Body"].read().startswith(b"RIFF")
    assert (kept["ContentType"], kept["CacheControl"]) == ("image/webp", "public, max-age=31536000, immutable")
    second = upload(ola, PICTURE).json["profile_image"].removeprefix("/static/media/")
    assert keys(bucket) == [second]
    assert delete(ola) == (200, DELETED)
    assert keys(bucket) == []
    assert files() == set()


def test_a_file_that_cannot_be_deleted_does_not_fail_the_request(people: People, bucket: str) -> None:
    ola = people.student()
    path = upload(ola, PICTURE).json["profile_image"]
    boto3.client("s3").delete_object(Bucket=bucket, Key=path.removeprefix("/static/media/"))
    boto3.client("s3").delete_bucket(Bucket=bucket)
    assert delete(ola) == (200, DELETED)
    assert picture_of(ola) == DEFAULT
    assert upload(ola, PICTURE).status == 503, "nothing was stored"
    assert picture_of(ola) == DEFAULT
