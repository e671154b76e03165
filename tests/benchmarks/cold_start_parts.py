"""What a cold start consists of: milliseconds of each package's own code while a function is imported.

python -m tests.benchmarks.cold_start_parts functions.chat.sockets functions.mail.handler …

Excludes what Lambda's runtime client imports by itself. Takes the minimum of several rounds, because the others include
noise from the machine. Timing adds overhead: compare parts with each other, and totals only with such totals.
"""

import re
import subprocess
import sys
from collections import Counter

from tools.cloud.lambda_process import lambda_variables
from tools.cloud.project import ROOT

ROUNDS = 15
GROUPS = {
    "ours": ("functions", "shared"),
    "psycopg": ("psycopg", "psycopg_binary", "psycopg_pool"),
    "FastAPI": ("fastapi", "annotated_doc"),
    "pydantic": ("pydantic", "pydantic_core", "annotated_types", "typing_inspection"),
    "Starlette": ("starlette", "anyio", "mangum", "python_multipart", "idna"),
    "PyJWT": ("jwt",),
    "Redis' client": ("redis", "hiredis"),
    "typing_extensions": ("typing_extensions",),
    "ssl, sockets": ("ssl", "_ssl", "socket", "_socket", "selectors", "select", "_hashlib", "hashlib"),
    "asyncio": ("asyncio", "concurrent"),
    "email, http": ("email", "http", "smtplib", "html"),
}
GROUP_OF = {package: group for group, packages in GROUPS.items() for package in packages}
OTHER = "the rest of Python's library"
MARK = "the function begins"
SCRIPT = f"import awslambdaric.bootstrap, sys; print('{MARK}', file=sys.stderr, flush=True); import "
LINE = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)


def parts(module: str) -> dict[str, float]:
    """The groups of packages and their milliseconds, the largest first."""
    least: dict[str, int] = {}
    for _ in range(ROUNDS):
        for microseconds, name in LINE.findall(_import_times(module)):
            least[name] = min(int(microseconds), least.get(name, sys.maxsize))
    sums: Counter[str] = Counter()
    for name, microseconds in least.items():
        sums[GROUP_OF.get(name.partition(".")[0], OTHER)] += microseconds
    return {group: total / 1000 for group, total in sums.most_common()}


def _import_times(module: str) -> str:
    environment = lambda_variables("parts", f"{module}.handler", 512, "127.0.0.1:1")
    command = [sys.executable, "-S", "-X", "importtime", "-c", SCRIPT + module]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stderr.partition(MARK)[2]


def main() -> None:
    for module in sys.argv[1:]:
        found = parts(module)
        told = ", ".join(f"{group} {milliseconds:.1f}" for group, milliseconds in found.items())
        sys.stdout.write(f"{module}: {sum(found.values()):.0f} ms: {told}\n")


if __name__ == "__main__":
    main()
