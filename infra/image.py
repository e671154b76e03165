"""The content of a function's image: the steps of infra/Dockerfile, in Python, so that any base image can run them.

    python infra/image.py packages PACKAGES         the packages of all functions
    python infra/image.py layer PACKAGES            the shared layer, beside them
    python infra/image.py tools TOOLS               the tool that lists packages, which is in no image
    python infra/image.py function TASK TOOLS       the folder of $FEATURE, its own packages, a list of all packages

Run in a folder that holds requirements/, layers/, functions/ and infra/.
"""

import compileall
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from py_compile import PycInvalidationMode

REQUIREMENTS = Path("requirements")
COMMON = REQUIREMENTS / "functions.txt"
# The features that need packages of their own, listed with the common ones.
OWN = {
    "migrations": REQUIREMENTS / "migrations.txt",
    "push": REQUIREMENTS / "push.txt",
    "second_factors": REQUIREMENTS / "second_factors.txt",
    "sign_in": REQUIREMENTS / "push.txt",
}
START_TOOL = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module('cyclonedx_py', None, '__main__')"
)
BOM_TOOL = REQUIREMENTS / "bom.txt"
BOM = "bom.cdx.json"
# One requirement: its name, and the lines with its hashes.
REQUIREMENT = re.compile(r"^([\w.-]+)==.*(?:\n[ ]+.*)*", re.MULTILINE)
BYTECODE = shutil.ignore_patterns("__pycache__", "*.pyc")


def add_packages(target: Path) -> None:
    install(COMMON, target)
    compile_bytecode(target)


def add_layer(target: Path) -> None:
    shutil.copytree("layers/shared", target / "shared", ignore=BYTECODE)
    compile_bytecode(target / "shared")


def add_function(feature: str, task: Path) -> None:
    """Raises FileNotFoundError for a feature that does not exist."""
    folder = Path("functions") / feature
    shutil.copytree(folder, task / folder, ignore=BYTECODE)
    shutil.copy("functions/__init__.py", task / "functions")
    if feature == "migrations":
        for scripts in ("infra/migrations", "infra/sql"):
            shutil.copytree(scripts, task / scripts, ignore=BYTECODE)
    compile_bytecode(task)


def add_own_packages(feature: str, task: Path) -> None:
    if feature in OWN:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as own:
            own.write(missing_from(COMMON.read_text(), OWN[feature].read_text()))
            own.flush()
            install(Path(own.name), task)
        compile_bytecode(task)


def missing_from(common: str, wanted: str) -> str:
    """The wanted requirements that are not among the common ones."""
    known = {found[1] for found in REQUIREMENT.finditer(common)}
    return "".join(f"{found[0]}\n" for found in REQUIREMENT.finditer(wanted) if found[1] not in known)


def install(requirements: Path, target: Path) -> None:
    """Raises subprocess.CalledProcessError if a package is unavailable or its hash differs."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    options = ["--require-hashes", "--no-deps", "--no-compile", "--only-binary=:all:", "--root-user-action=ignore"]
    subprocess.run([*pip, *options, "--requirement", str(requirements), "--target", str(target)], check=True)
    shutil.rmtree(target / "bin", ignore_errors=True)


def make_readable(target: Path) -> None:
    """Lambda runs functions as another user; under umask 077 only the owner can read a checkout."""
    for path in (target, *target.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))


def compile_bytecode(target: Path) -> None:
    """Without it a cold start takes three times as long; hash-based and unchecked: image builds change file times."""
    compileall.compile_dir(target, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)


def add_bill_of_materials(task: Path, tools: Path) -> None:
    """A CycloneDX list of every package this interpreter finds in the image."""
    # The tool's own packages are not in the image, so they are not on the path of the interpreter it inspects.
    options = ["environment", sys.executable, "--output-reproducible", "--output-file", str(task / BOM)]
    subprocess.run([sys.executable, "-c", START_TOOL, str(tools), *options], check=True)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["packages", target]:
            add_packages(Path(target))
            make_readable(Path(target))
        case ["layer", target]:
            add_layer(Path(target))
            make_readable(Path(target))
        case ["tools", target]:
            install(BOM_TOOL, Path(target))
        case ["function", task, tools]:
            feature = os.environ["FEATURE"]
            add_function(feature, Path(task))
            add_own_packages(feature, Path(task))
            add_bill_of_materials(Path(task), Path(tools))
            make_readable(Path(task))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
