"""Backups: a restore brings everything back unchanged, and an invalid backup changes nothing."""

import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from unittest.mock import patch

import httpx
import psycopg
import pytest

from local.backup import dumps
from local.backup.archive import DATABASE, FORMAT, MANIFEST, ArchiveWriter, Manifest, unpack
from local.backup.make import make_backup
from local.backup.restore import restore_backup
from local.database import database
from local.demo.accounts import STUDENT
from local.engines.processes import Engine
from local.options import CannotStart, Options
from shared.kit.redis import client as redis_client
from shared.kit.settings import settings
from tests.support.databases import new_database
from tests.support.local_server import ROOT, LocalServer, environment
from tests.support.people import insert
from tests.support.uploads import encoded, quarters

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
CONTENT = "SELECT count(*), md5(string_agg(each::text, chr(10) ORDER BY each::text)) FROM {} AS each"


def contents(url: str) -> dict[str, object]:
    """The number and the contents of the rows of every table."""
    with psycopg.connect(url) as db:
        names = [name for (name,) in db.execute(TABLES).fetchall()]
        return {name: db.execute(CONTENT.format(name)).fetchone() for name in names}


def pictures(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def command(action: str, file: Path, **options: str) -> "subprocess.CompletedProcess[str]":
    run = [sys.executable, "-m", "local.backup", action, str(file)]
    return subprocess.run(run, cwd=ROOT, env=environment(**options), capture_output=True, text=True, check=False)


def test_a_backup_of_a_running_server_is_restored_on_an_empty_machine(server: LocalServer, tmp_path: Path) -> None:
    token = server.sign_in(STUDENT.email, STUDENT.password)
    upload(server, token)
    url = (server.data / "database.url").read_text()
    file, restored = tmp_path / "backup.tar", tmp_path / "restored"
    for _ in range(3):  # scheduled jobs may write something meanwhile
        before = contents(url)
        file.unlink(missing_ok=True)
        made = command("make", file, DATA=str(server.data))
        assert (made.returncode, made.stderr) == (0, "")
        if contents(url) == before:
            break
    assert file.stat().st_mode & 0o777 == 0o600
    done = command("restore", file, DATA=str(restored))
    assert (done.returncode, done.stderr) == (0, "")
    assert {each.name for each in restored.iterdir()} == {"lock", "media", "postgres", "secret.key"}
    with database(Options(data=str(restored)), migrated=False) as address:
        assert contents(address) == before
    assert pictures(restored / "media") == pictures(server.data / "media")
    assert len(pictures(restored / "media")) >= 2
    assert f", {len(pictures(restored / 'media'))} files of pictures and attachments." in made.stdout
    # With the same signing key, devices stay signed in.
    assert (restored / "secret.key").read_text() == (server.data / "secret.key").read_text()


def upload(server: LocalServer, token: str) -> None:
    picture = {"profile_image": ("me.png", encoded(quarters()), "image/png")}
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.patch(f"{server.url}/api/user/profile_image/", files=picture, headers=headers, timeout=10)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def platform_folder(platform: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """The platform of these tests, with its own folder for pictures."""
    data = tmp_path / "data"
    (data / "media" / "uploads" / "user").mkdir(parents=True)
    monkeypatch.setenv("MEDIA_FOLDER", str(data / "media"))
    return Options(data=str(data), database_url=settings().database_url)


def restored(options: Options, file: Path, *, force: bool = True) -> str:
    # Not with `claim`, which changes the whole process.
    umask = os.umask(0o077)
    try:
        return restore_backup(options, file, force=force)
    finally:
        os.umask(umask)


class Vandal(threading.Thread):
    """Replaces the picture of an account all the time: adds a file, updates the row, deletes the old file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.running, self.changes = folder, True, 0

    def run(self) -> None:
        old: Path | None = None
        with psycopg.connect(settings().database_url, autocommit=True) as db:
            while self.running:
                key = f"uploads/user/{self.changes}.webp"
                (self.folder / key).write_bytes(b"picture")
                db.execute("UPDATE users SET picture = %s", (key,))
                if old:
                    old.unlink()
                old = self.folder / key
                self.changes += 1
                time.sleep(0.05)  # twenty times a second is more than any user does


@pytest.mark.proof
def test_pictures_that_change_during_a_backup_match_the_database(
    platform_folder: Options, tmp_path: Path, engines: dict[str, Engine]
) -> None:
    insert("users", {"email": "ola@example.com", "password_hash": "x"})
    media = platform_folder.data_folder / "media"
    vandal = Vandal(media)
    vandal.start()
    try:
        while not vandal.changes:
            time.sleep(0.01)
        for number in range(3):
            file = tmp_path / f"{number}.tar"
            assert "not in the media folder" not in make_backup(platform_folder, file)
            with new_database(engines) as other:
                assert unpack_into(file, tmp_path / str(number)).revision
                dumps.load(other, tmp_path / str(number) / DATABASE)
                with psycopg.connect(other) as db:
                    [(key,)] = db.execute("SELECT picture FROM users").fetchall()
            assert (tmp_path / str(number) / "media" / key).read_bytes() == b"picture"
    finally:
        vandal.running = False
        vandal.join()
    assert vandal.changes > 3


def unpack_into(file: Path, folder: Path) -> Manifest:
    with file.open("rb") as opened:
        return unpack(opened, folder)


def test_a_missing_picture_is_reported_and_everything_else_is_restored(
    platform_folder: Options, tmp_path: Path
) -> None:
    insert("users", {"email": "ola@example.com", "password_hash": "x", "picture": "uploads/user/lost.webp"})
    (tmp_path / "backup.tar.part").write_text("of a backup that was killed, readable by all")
    done = make_backup(platform_folder, tmp_path / "backup.tar")
    assert (tmp_path / "backup.tar").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"backup.tar", "data"}
    assert done.endswith("1 pictures of accounts are not in the media folder.")


def test_a_database_on_another_server_is_restored_completely_or_not_at_all(
    platform_folder: Options, tmp_path: Path, engines: dict[str, Engine]
) -> None:
    insert("users", {"email": "ola@example.com", "password_hash": "x"})
    file = tmp_path / "backup.tar"
    make_backup(platform_folder, file)
    before = contents(settings().database_url)
    with new_database(engines) as other:
        target = Options(data=str(tmp_path / "other"), database_url=other, redis_url=settings().redis_url)
        redis_client().mset({"chat:1": "of the database before", "limit:1": "of a client"})
        with psycopg.connect(other) as db:
            db.execute("CREATE TABLE of_somebody (id int)")
        with pytest.raises(CannotStart, match="is not empty; FORCE=1"):
            restored(target, file, force=False)
        unpack_into(file, tmp_path / "unpacked")
        broken = (tmp_path / "unpacked" / DATABASE).read_bytes()
        with pytest.raises(CannotStart, match="The database was not restored"):
            restored(target, archive(tmp_path / "broken.tar", broken[: len(broken) * 3 // 4]))
        assert contents(other).keys() == {"of_somebody"}
        assert "Restored" in restored(target, file)
        assert contents(other) == before
        assert redis_client().mget("chat:1", "limit:1") == [None, b"of a client"]


def archive(path: Path, dumped: bytes = b"", *, revision: str = "0009", name: str = "", **manifest: object) -> Path:
    """An archive that is valid except for what the arguments change."""
    with path.open("wb") as file:
        writer = ArchiveWriter(file)
        writer.add(DATABASE, io.BytesIO(dumped), len(dumped))
        if name:
            writer.add(name, io.BytesIO(b"x"), 1)
        about = {**asdict(Manifest(FORMAT, "2026-11-28T12:00:00+00:00", revision, writer.sha256)), **manifest}
        text = json.dumps(about).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        writer._tar.addfile(info, io.BytesIO(text))
        writer._tar.close()
    return path


def flipped(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[1024] ^= 1
    path.write_bytes(content)
    return path


def cut(path: Path, size: int) -> Path:
    path.write_bytes(path.read_bytes()[:size])
    return path


def text_file(path: Path) -> Path:
    path.write_text("not a backup")
    return path


WRONG: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a text": (text_file, "is not a backup"),
    "nothing": (lambda path: cut(archive(path), 0), "is not a backup|not whole"),
    "cut within": (lambda path: cut(archive(path, b"x" * 9000), 5000), "is not a backup|not whole"),
    "cut at its end": (lambda path: cut(archive(path, b"x" * 512), 1024), "not whole"),
    "damaged": (lambda path: flipped(archive(path, b"x" * 9000)), "damaged"),
    "a newer format": (lambda path: archive(path, format=2), "of a newer release"),
    "another manifest": (lambda path: archive(path, more="x"), "is not a backup"),
    "a newer revision": (lambda path: archive(path, revision="9999"), "of a newer release"),
    "a way out": (lambda path: archive(path, name="media/../../x"), "is not a backup"),
    "a name of nobody": (lambda path: archive(path, name="postgres/PG_VERSION"), "is not a backup"),
    "an absolute name": (lambda path: archive(path, name="/etc/passwd"), "is not a backup"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_invalid_backup_changes_nothing(tmp_path: Path, wrong: str) -> None:
    make, complaint = WRONG[wrong]
    data = tmp_path / "data"
    (data / "media").mkdir(parents=True)
    (data / "media" / "mine.webp").write_bytes(b"mine")
    file = make(tmp_path / "wrong.tar")
    with pytest.raises(CannotStart, match=complaint):
        restored(Options(data=str(data)), file)
    assert {path.name for path in data.rglob("*")} == {"lock", "media", "mine.webp"}


def test_a_folder_with_something_in_it_is_not_overwritten(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "media").mkdir(parents=True)
    (data / "media" / "mine.webp").write_bytes(b"mine")
    with pytest.raises(CannotStart, match="is not empty; FORCE=1 replaces its content"):
        restored(Options(data=str(data)), archive(tmp_path / "backup.tar"), force=False)


def test_a_full_disk_during_a_restore_changes_nothing(tmp_path: Path) -> None:
    data, file = tmp_path / "data", archive(tmp_path / "backup.tar", name="media/1.webp")
    full = patch("local.backup.archive._write", side_effect=OSError(28, "No space left on device"))
    with full, pytest.raises(CannotStart, match=r"backup.tar was not restored: No space left on device\."):
        restored(Options(data=str(data)), file)
    assert [path.name for path in data.iterdir()] == ["lock"]


def test_a_full_disk_leaves_no_partial_backup(platform_folder: Options, tmp_path: Path) -> None:
    full = patch("local.backup.archive.ArchiveWriter.finish", side_effect=OSError(28, "No space left on device"))
    with full, pytest.raises(CannotStart, match=r"was not made: No space left on device\."):
        make_backup(platform_folder, tmp_path / "backup.tar")
    assert list(tmp_path.glob("backup*")) == []


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="already exists; choose another FILE"):
        make_backup(Options(data=str(tmp_path)), text_file(tmp_path / "backup.tar"))


def test_an_inaccessible_file_is_reported_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 300)
    with pytest.raises(CannotStart, match="was not made: File name too long"):
        make_backup(Options(data=str(tmp_path)), file)
    with pytest.raises(CannotStart, match="was not restored: File name too long"):
        restored(Options(data=str(tmp_path / "data")), file)


def test_a_folder_in_use_is_not_restored_into(server: LocalServer, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="Another server is running"):
        restored(Options(data=str(server.data)), archive(tmp_path / "backup.tar"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of a folder")
def test_a_folder_of_another_user_is_not_restored_into(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 12_345, 12_345)
    with pytest.raises(CannotStart, match="belongs to another user"):
        restored(Options(data=str(data)), archive(tmp_path / "backup.tar"))
