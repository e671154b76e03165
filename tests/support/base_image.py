"""A stand-in for a base image: this machine's Python, a shell, GNU's file commands, and the libraries they link to."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# Libraries that packages' extensions link to beyond Python's own, and the shell that RUN uses.
LIBRARIES = (
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
)
# Commands that a Dockerfile may call: from coreutils, which every Debian and Amazon Linux has.
COMMANDS = ("cat", "chmod", "chown", "cp", "ln", "ls", "mkdir", "mv", "rm", "rmdir", "touch")
LEFT_OUT = shutil.ignore_patterns("test", "tests", "idlelib", "turtledemo", "tkinter", "__pycache__", "*.a", "config-*")


def fill(root: Path, prefix: str) -> None:
    """Copy the files of a base image whose Python is in `prefix`, such as /var/lang."""
    inside = root / prefix.lstrip("/")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix)
    packages = inside / "lib" / version / "site-packages"
    shutil.copytree(base / "lib" / version, inside / "lib" / version, ignore=_without_packages, symlinks=True)
    packages.mkdir()
    for pip in (base / "lib" / version / "site-packages").glob("pip*"):
        shutil.copytree(pip, packages / pip.name, ignore=LEFT_OUT)
    (inside / "bin").mkdir()
    shutil.copy(base / "bin" / version, inside / "bin" / version)
    for name in ("python", "python3"):
        (inside / "bin" / name).symlink_to(version)
    binaries = [inside / "bin" / version, *(inside / "lib" / version / "lib-dynload").glob("*.so")]
    commands = {name: Path("/bin", name).resolve() for name in ("sh", *COMMANDS)}
    _copy_linked(root, [*binaries, *commands.values()])
    (root / "bin").mkdir(exist_ok=True)
    for name, command in commands.items():
        shutil.copy(command, root / "bin" / name)
    for folder in ("tmp", "etc", "var/task", "etc/ssl/certs", "proc", "sys", "dev"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (root / "etc" / "group").write_text("root:x:0:\n")
    if Path(CERTIFICATES).exists():
        shutil.copy(CERTIFICATES, root / CERTIFICATES.lstrip("/"))
        (root / "etc" / "pip.conf").write_text(f"[global]\ncert = {CERTIFICATES}\n")


def _without_packages(folder: str, names: list[str]) -> set[str]:
    return LEFT_OUT(folder, names) | ({"site-packages"} & set(names))


def _copy_linked(root: Path, binaries: list[Path]) -> None:
    """Copy the libraries that these binaries load, to the same paths as on this machine."""
    linked = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout
    found = set(re.findall(r"(?:=> )?(/\S+\.so\S*) \(", linked))
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    for name in LIBRARIES:
        found.update(re.findall(rf"{re.escape(name)} \(libc6,x86-64.*\) => (\S+)", cache)[:1])
    for path in found:
        copy = root / path.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(path).resolve(), copy)
