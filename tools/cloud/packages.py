"""The packages in a function's image, without those that only tests and the local server need."""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tools.cloud.project import ROOT

REQUIREMENTS = ROOT / "requirements" / "functions.txt"
# The packages of the base image, and those that the migrations function adds.
RUNTIME = ("awslambdaric", "simplejson", "snapshot-restore-py")
MIGRATIONS = ("alembic", "mako", "markupsafe", "sqlalchemy")


# The packages added by other features.
OWN = {
    "push": ("cryptography",),
    "second_factors": ("cbor2", "cryptography", "pyasn1", "pyasn1-modules", "pyopenssl", "segno", "webauthn"),
    "sign_in": ("cryptography",),
}


def function_packages(feature: str = "") -> Path:
    """A folder with links to the installed packages of a feature's functions; deleted when this process ends."""
    return _linked(OWN.get(feature, ()))


@cache
def _linked(own: tuple[str, ...]) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="packages-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in [*required(), *RUNTIME, *MIGRATIONS, *own]:
        for path in top_level(name):
            link = folder / path.name
            if not link.exists():
                link.symlink_to(path)
    return folder


def required() -> list[str]:
    """The names in the functions' requirements file, including those for other Python versions."""
    return re.findall(r"^([\w.-]+)==", REQUIREMENTS.read_text(), re.MULTILINE)


def top_level(name: str) -> Iterator[Path]:
    """The files and folders of an installed distribution in site-packages; none if it is not installed."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    names = {file.parts[0] for file in found.files or ()}
    for first in sorted(names - {"..", "__pycache__"}):
        yield Path(str(found.locate_file(first)))
