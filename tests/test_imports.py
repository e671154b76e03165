"""What each Lambda handler may import before its first event: cold starts have a budget.

Handlers are imported with only the packages of their images, so a handler that relies on a package of the
development environment fails here too.
"""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from shared.kit.aws.lambda_handler import LambdaHandler
from tools.cloud.lambda_process import lambda_variables
from tools.cloud.project import ROOT

# What takes milliseconds to import, or is of no use to most events; `botocore` alone is only its version.
HEAVY = frozenset(
    {
        "PIL",
        "alembic",
        "argon2",
        "asyncio",
        "aws_lambda_powertools",
        "boto3",
        "botocore.session",
        "ctypes",
        "email_validator",
        "fastapi",
        "fastapi.openapi.models",
        "icalendar",
        "importlib.metadata",
        "jwt",
        "jwt.jwks_client",
        "mangum",
        "opentelemetry",
        "psycopg",
        "psycopg.connection_async",
        "psycopg_pool.null_pool",
        "psycopg_pool.pool_async",
        "pydantic",
        "pydantic.v1",
        "python_multipart",
        "redis",
        "redis.asyncio",
        "redis.cluster",
        "segno",
        "sqlalchemy",
        "starlette",
        "urllib.request",
        "urllib3",
        "webauthn",
        "zxcvbn",
    }
)

DOOR = re.compile(r"^(def handler\(|handler = )", re.MULTILINE)

DATABASE = {"psycopg": "every event asks the database"}
CACHE = {"redis": "the history window or the rate limits"}
WEB = {
    "fastapi": "the routes",
    "asyncio": "what they run in",
    "starlette": "comes with FastAPI",
    "pydantic": "comes with FastAPI",
    "python_multipart": "bodies come as forms too",
    "mangum": "turns events into requests",
    "jwt": "tells who calls",
    **DATABASE,
}

# For each handler module, what it may import of HEAVY, and why.
BUDGETS: dict[str, dict[str, str]] = {
    "functions.chat.sockets": {"jwt": "tells who connects", **DATABASE, **CACHE},
    "functions.chat.keep_alive_job": DATABASE,
    "functions.chat.unread_mail_job": DATABASE,
    "functions.mail.handler": DATABASE,
    "functions.notifications.dispatch_job": DATABASE,
    "functions.reminders.handler": DATABASE,
    "functions.push.send_job": {},
    "functions.migrations.handler": {
        "alembic": "what it is for",
        "sqlalchemy": "comes with alembic",
        "asyncio": "comes with SQLAlchemy",
        "psycopg": "tells a lock that is not free from other faults",
        "urllib3": "answers CloudFormation",
        "importlib.metadata": "comes with alembic",
    },
    "functions.secrets.handler": {},
    "functions.accounts.handler": {"email_validator": "checks addresses", **WEB, **CACHE},
    "functions.announcements.handler": {**WEB, **CACHE},
    "functions.availability.handler": WEB,
    "functions.availability.horizon_job": DATABASE,
    "functions.bookings.handler": WEB,
    "functions.bookings.sweep_job": DATABASE,
    "functions.chat.handler": {**WEB, **CACHE},
    "functions.issues.handler": {**WEB, **CACHE},
    "functions.chat.attachments_handler": {**WEB, **CACHE},
    "functions.chat.attachments_sweep_job": DATABASE,
    "functions.notifications.handler": WEB,
    "functions.push.handler": WEB,
    "functions.profiles.handler": WEB,
    "functions.reviews.handler": WEB,
    "functions.second_factors.handler": {**WEB, **CACHE},
    "functions.sign_in.handler": {"email_validator": "checks addresses", **WEB, **CACHE},
    "functions.staff.handler": WEB,
    "functions.tokens.handler": {**WEB, **CACHE},
    "functions.tutors.handler": WEB,
}


# Models built at import although not yet used, usually the model of the first request.
BUILT = {"functions.tutors.handler": {"SearchQuery"}}

# Handlers whose cold start is close to its target. Python compiles the methods of a dataclass at every start, 0.5 ms
# for a frozen one; a NamedTuple takes 0.1 ms, a dataclass with `eq=False, repr=False` has only `__init__`.
CLOSE_TO_TARGET = ["functions.bookings.handler", "functions.chat.sockets"]


def test_every_handler_has_a_budget() -> None:
    modules = (ROOT / "functions").rglob("*.py")
    assert BUDGETS.keys() == {_name(path) for path in modules if DOOR.search(path.read_text())}


@pytest.mark.parametrize("module", BUDGETS)
def test_every_handler_is_wrapped(module: str) -> None:
    """Its log lines carry the event's ids, and its events are counted and timed."""
    assert isinstance(import_module(module).handler, LambdaHandler)


# The first handler with each budget.
EXAMPLES = {tuple(budget): handler for handler, budget in reversed(BUDGETS.items())}.values()


@pytest.mark.parametrize(
    ("handler", "budget"),
    [pytest.param(*each, marks=() if each[0] in EXAMPLES else pytest.mark.proof) for each in BUDGETS.items()],
)
def test_a_handler_imports_exactly_what_its_budget_names(handler: str, budget: dict[str, str]) -> None:
    modules, built, _ = imported_by(handler)
    assert HEAVY & modules == budget.keys()
    assert built == BUILT.get(handler, set())


@pytest.mark.parametrize("handler", CLOSE_TO_TARGET)
def test_a_handler_close_to_its_target_defines_no_dataclass_that_compares(handler: str) -> None:
    _modules, _built, compared = imported_by(handler)
    assert compared == set()


SCRIPT = """
import gc, json, sys, {module}
ours = [each for each in gc.get_objects() if isinstance(each, type)
        and str(each.__module__).startswith(("functions.", "shared."))]
built = [each.__name__ for each in ours if "__pydantic_validator__" in vars(each) and each.__pydantic_complete__]
compared = [each.__name__ for each in ours if "__dataclass_fields__" in vars(each) and "__eq__" in vars(each)]
print(json.dumps([[name for name in sys.modules if sys.modules[name]], built, compared]))
"""


def imported_by(module: str) -> list[set[str]]:
    """What a fresh interpreter has after this import: modules, models it has built, and dataclasses that compare."""
    script = SCRIPT.format(module=module)
    environment = lambda_variables("imports", module, 512, "127.0.0.1:1")
    command = [sys.executable, "-S", "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [set(each) for each in json.loads(done.stdout)]


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)
