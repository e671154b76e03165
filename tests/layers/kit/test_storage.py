"""Public files in a folder. The bucket is tested in tests/functions/profiles."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit.aws.storage import Bucket, Folder, storage
from shared.kit.errors import Unavailable
from shared.kit.settings import settings


@pytest.fixture(autouse=True)
def settings_of_the_test() -> Iterator[None]:
    yield
    for cached in (settings, storage):
        cached.cache_clear()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_stores_files_under_their_keys(tmp_path: Path) -> None:
    kept = Folder(tmp_path / "media")
    kept.put("uploads/user/a.webp", b"one", "image/webp")
    kept.put("uploads/user/b.webp", b"two", "image/webp")
    kept.put("uploads/user/a.webp", b"three", "image/webp")
    assert files(tmp_path / "media") == {"uploads/user/a.webp": b"three", "uploads/user/b.webp": b"two"}
    kept.delete("uploads/user/a.webp")
    kept.delete("uploads/user/a.webp")
    assert files(tmp_path / "media") == {"uploads/user/b.webp": b"two"}


def test_a_file_that_cannot_be_deleted_is_only_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.webp").mkdir()
    Folder(tmp_path).delete("a.webp")
    assert "file not deleted" in caplog.text


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.webp").mkdir()
    with pytest.raises(Unavailable):
        Folder(tmp_path).put("a.webp", b"one", "image/webp")
    assert files(tmp_path) == {}


def test_settings_choose_the_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for bucket, folder, place in (
        ("media", str(tmp_path), "media"),
        ("", str(tmp_path), tmp_path),
        ("", "", Path(tempfile.gettempdir())),
    ):
        monkeypatch.setenv("MEDIA_BUCKET", bucket)
        monkeypatch.setenv("MEDIA_FOLDER", folder)
        for cached in (settings, storage):
            cached.cache_clear()
        chosen = storage()
        assert (chosen.name if isinstance(chosen, Bucket) else getattr(chosen, "root", None)) == place
