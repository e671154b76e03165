"""The first booking of the README, pasted into a shell."""

import json
import re
import subprocess

from tests.support.local_server import ROOT, LocalServer

ADDRESS = "http://localhost:8000"


def test_the_first_booking_works_when_pasted(server: LocalServer) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    [pasted] = [block for block in blocks if "Idempotency-Key" in block]
    script = pasted.replace(ADDRESS, server.url)
    assert script != pasted
    run = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    shown, cancelled = re.split(r"(?<=})(?={)", run.stdout)
    assert json.loads(shown)["state"] in {"pending", "confirmed"}
    assert json.loads(cancelled)["state"] == "cancelled"
    assert json.loads(cancelled)["id"] == json.loads(shown)["id"]
