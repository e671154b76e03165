"""Check the packages that our code depends on: `python -m tools.dependencies audit|licences`.

`audit` asks PyPI for known vulnerabilities of every pinned package and fails if there is one. If PyPI does not answer
(no connection, a mirror without advisories), it says so and passes, unless AUDIT=strict.

`licences` lists the licences of the packages in the functions' images and fails at one that is not approved.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PINNED = ("functions", "migrations", "push", "second_factors", "run", "dev")
SHIPPED = ("functions", "migrations", "push", "second_factors")
# Free to use, change and distribute, even within commercial programs. The LGPL requires that its files can be replaced:
# psycopg is unchanged, in a folder of its own.
AGREED = {
    "0BSD",
    "Apache Software License",
    "Apache-2.0",
    "BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "LGPL-3.0-only",
    "MIT",
    "MIT License",
    "MIT No Attribution License (MIT-0)",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    "The Unlicense (Unlicense)",
}
# A package name; a semicolon begins the condition of packages not needed everywhere (a system, a Python version).
REQUIREMENT = re.compile(r"^([\w.-]+)==[^;\n]+(;?)", re.MULTILINE)
SEPARATOR = re.compile(r"; | OR | AND ")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["audit"]:
            return audit(strict=os.environ.get("AUDIT") == "strict")
        case ["licences"]:
            return licences()
        case _:
            print(__doc__)
            return 2


def audit(*, strict: bool) -> int:
    files = [part for name in PINNED for part in ("--requirement", f"requirements/{name}.txt")]
    options = ["--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
    audited = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options, *files], capture_output=True, text=True, check=False
    )
    if not audited.stdout:
        print(f"not audited: {audited.stderr.strip().splitlines()[-1]}")
        return int(strict)
    return report_audit(json.loads(audited.stdout)["dependencies"], strict=strict)


def report_audit(packages: list[dict[str, Any]], *, strict: bool) -> int:
    """Print the known vulnerabilities of `packages` (pip-audit's JSON); return the exit status."""
    vulnerable = [package for package in packages if package.get("vulns")]
    skipped = [package for package in packages if "skip_reason" in package]
    for package in vulnerable:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no release"
            print(f"{package['name']} {package['version']}: {found['id']}, fixed in {fixed}")
    print(f"{len(packages)} packages: {len(vulnerable)} with known vulnerabilities, {len(skipped)} not audited")
    if skipped:
        print(f"not audited, for instance: {skipped[0]['skip_reason']}")
    return int(bool(vulnerable) or (strict and bool(skipped)))


def licences() -> int:
    pinned = [found for file in SHIPPED for found in pinned_names(file)]
    names = {name for name, _ in pinned}
    listed = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--from=mixed", "--format=json", "--packages", *sorted(names)],
        capture_output=True,
        text=True,
        check=True,
    )
    packages = json.loads(listed.stdout)
    return report_missing({name for name, condition in pinned if not condition}, packages) | report_licences(packages)


def pinned_names(file: str) -> list[tuple[str, str]]:
    """Return package names, with a semicolon after those not needed everywhere."""
    return REQUIREMENT.findall(Path(f"requirements/{file}.txt").read_text())


def report_missing(names: set[str], packages: Iterable[dict[str, str]]) -> int:
    """Print the names that the list of licences leaves out; return the exit status."""
    missing = {name.lower() for name in names} - {package["Name"].lower().replace("_", "-") for package in packages}
    if missing:
        print(f"not installed here, so of unknown licence: {', '.join(sorted(missing))}")
    return int(bool(missing))


def report_licences(packages: Iterable[dict[str, str]]) -> int:
    """Print each licence with its packages (pip-licenses' JSON); return the exit status."""
    by_licence: dict[str, list[str]] = {}
    for package in packages:
        by_licence.setdefault(package["License"], []).append(package["Name"])
    for licence, names in sorted(by_licence.items()):
        print(f"{licence}: {', '.join(names)}")
    refused = sorted(licence for licence in by_licence if not set(SEPARATOR.split(licence)) <= AGREED)
    if refused:
        print(f"nobody has agreed to: {', '.join(refused)}")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
