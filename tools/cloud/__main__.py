"""`python -m tools.cloud PORT`: the platform as AWS runs it until Ctrl-C, on engines of its own, with a mail inbox."""

import argparse
import contextlib
import os
import shutil
import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from functions.migrations.service import upgrade
from local.demo.load import load_demo_data
from local.engines.postgres import start_postgres
from local.engines.processes import socket_folder
from local.engines.valkey import start_valkey
from tools.cloud.stack import Options, running_cloud

# The same default as the local server's: the address of the frontend's development server.
FRONT_URL = "http://localhost:5173"


def main(port: int, *, demo: bool, copies: bool) -> None:
    """Serve on a port, with demo data or CloudFront's copies if requested; all data is deleted at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sockets = socket_folder()
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        postgres = start_postgres(folder / "postgres", sockets)
        stack.callback(postgres.stop)
        valkey = start_valkey(folder / "valkey", sockets)
        stack.callback(valkey.stop)
        environment = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "FRONT_URL": FRONT_URL}
        if demo:
            os.environ["DATABASE_URL"] = postgres.url
            upgrade()
            load_demo_data()
        stack.enter_context(running_cloud(Options(environment, copies=copies), port))
        threading.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tools.cloud", description="The platform on an emulated AWS.")
    parser.add_argument("port", type=int, help="the port of CloudFront, on 127.0.0.1")
    parser.add_argument("--demo", action="store_true", help="with the demo data of the local server")
    parser.add_argument("--no-copies", action="store_true", help="without CloudFront's copies of public answers")
    arguments = parser.parse_args()
    # Shells make the background processes of a script ignore SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        main(arguments.port, demo=arguments.demo, copies=not arguments.no_copies)
