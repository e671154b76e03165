"""Profile pictures from the media folder."""

from pathlib import Path

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from shared.domain.pictures import MEDIA_PATH
from shared.kit.settings import settings


def mount() -> Mount:
    folder = Path(settings().media_folder)
    folder.mkdir(parents=True, exist_ok=True)
    return Mount(MEDIA_PATH.rstrip("/"), StaticFiles(directory=folder))
