"""Public files from the media folder: profile pictures. Attachments are in it, too, but are not served here."""

import os
from pathlib import Path

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from shared.domain.pictures import MEDIA_PATH
from shared.kit.private_storage import PRIVATE_FOLDER
from shared.kit.settings import settings


class PublicFiles(StaticFiles):
    """The files of a folder, except those that only members may fetch."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)
        self.private = folder.resolve() / PRIVATE_FOLDER

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        found, status = super().lookup_path(path)
        return ("", None) if found and Path(found).resolve().is_relative_to(self.private) else (found, status)


def mount() -> Mount:
    folder = Path(settings().media_folder)
    folder.mkdir(parents=True, exist_ok=True)
    return Mount(MEDIA_PATH.rstrip("/"), PublicFiles(folder))
