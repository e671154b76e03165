"""Garbage collection in a server process, during which no request is answered."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.local_server import ROOT, environment

SCRIPT = """
import gc, json
from local.app import NEW_OBJECTS, build
built = build()
print(json.dumps([gc.get_freeze_count(), len(gc.get_objects()), gc.get_threshold()[0] == NEW_OBJECTS]))
"""


def test_imported_objects_are_not_scanned_again(tmp_path: Path) -> None:
    variables = environment(LOCAL_SOCKETS=str(tmp_path), POWERTOOLS_SERVICE_NAME="tutoring")
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=variables, cwd=ROOT, capture_output=True, check=True)
    frozen, looked_through, is_often = json.loads(done.stdout)
    assert frozen > 50_000
    assert looked_through < 1_000
    assert is_often
