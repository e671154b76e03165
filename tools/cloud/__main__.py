"""`python -m tests.cloud PORT`: the platform in cloud mode until Ctrl-C, on engines of its own, with a mail inbox."""

import contextlib
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

from local.engines import socket_folder, start_postgres, start_valkey
from tools.cloud.stack import Options, running_cloud

# As the local server has it: where the frontend's development server is.
FRONT_URL = "http://localhost:5173"


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sockets = socket_folder()
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        postgres = start_postgres(folder / "postgres", sockets)
        stack.callback(postgres.stop)
        valkey = start_valkey(folder / "valkey", sockets)
        stack.callback(valkey.stop)
        environment = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url, "FRONT_URL": FRONT_URL}
        stack.enter_context(running_cloud(Options(environment), int(sys.argv[1])))
        threading.Event().wait()


if __name__ == "__main__":
    # What a script's shell starts in the background ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        main()
