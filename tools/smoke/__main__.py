"""Show in one table which parts of a running platform work: `make smoke URL=https://tutoring.example.com`.

Two accounts, given by STUDENT=mail:password and TUTOR=mail:password, sign in, search, chat, book and cancel; the tutor
needs free time. By default these are the demo accounts. A step may take WITHIN seconds (10). Exits with 1 if one fails.
A visit leaves behind a chat message, and a cancelled booking in both people's histories.
"""

import os
import sys
from contextlib import suppress
from math import inf

from local.demo.accounts import STUDENT, TUTOR
from tools.smoke.platform import Person, Platform
from tools.smoke.visit import Result, Visit, visit_platform

# After a deployment to AWS the functions start first, and signing in calls two of them.
WITHIN = 10.0


def main() -> int:
    url = (os.environ.get("URL") or f"http://localhost:{os.environ.get('PORT') or 8000}").rstrip("/")
    if not url.startswith(("http://", "https://")):
        sys.exit(f"URL={url} is no http address.")
    seconds = seconds_within(os.environ.get("WITHIN") or str(WITHIN))
    student = account("STUDENT", STUDENT.email, STUDENT.password)
    tutor = account("TUTOR", TUTOR.email, TUTOR.password)
    print(url)
    # A late response is still waited for, to report how late it is.
    return report(Visit(Platform(url, 2 * seconds), student, tutor), seconds)


def seconds_within(text: str) -> float:
    with suppress(ValueError):
        if 0 < (seconds := float(text)) < inf:
            return seconds
    sys.exit(f"WITHIN={text} is no number of seconds.")


def account(variable: str, email: str, password: str) -> Person:
    """The account given in a variable, or else the default one."""
    if named := os.environ.get(variable):
        email, colon, password = named.partition(":")
        if not colon:
            sys.exit(f"{variable} is not mail:password.")
    return Person(email, password)


def report(visit: Visit, within: float) -> int:
    """Print the table line by line; return the exit status."""
    results = []
    for result in visit_platform(visit, within):
        print(line(result), flush=True)
        results.append(result)
    failed = sum(not each.worked for each in results)
    print(f"{failed} of {len(results)} failed" if failed else f"all {len(results)} work")
    return int(failed > 0)


def line(result: Result) -> str:
    if result.seconds is None:
        return f"  {result.name:25}           not tried"
    verdict = f"FAILED: {result.problem}" if result.problem else "ok"
    return f"  {result.name:25} {result.seconds * 1000:6.0f} ms  {verdict}"


if __name__ == "__main__":
    sys.exit(main())
