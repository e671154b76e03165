"""Run `make smoke` against a new local server and then a new emulated AWS, with demo data: `python -m tests.smoke`.

Exits with 1 if a check fails.
"""

import sys
import tempfile

from local.demo.accounts import STUDENT, TUTOR
from tests.support.running_platform import running_platform
from tools.smoke.__main__ import report
from tools.smoke.platform import Person, Platform
from tools.smoke.visit import Visit

# Generous: on the emulated AWS every function starts at its first call.
WITHIN = 30.0


def visited(*, in_cloud: bool) -> int:
    student, tutor = (Person(each.email, each.password) for each in (STUDENT, TUTOR))
    with (
        tempfile.TemporaryDirectory() as folder,
        running_platform(folder, in_cloud=in_cloud, demo=True) as url,
    ):
        print("Emulated AWS" if in_cloud else "Local server")
        return report(Visit(Platform(url, 2 * WITHIN), student, tutor), WITHIN)


if __name__ == "__main__":
    sys.exit(visited(in_cloud=False) | visited(in_cloud=True))
