"""Functions with different behaviours that the emulator must distinguish."""

import os
import sys
import time
from typing import Any


def echo(event: Any, _context: Any) -> Any:
    return event


def describe(_event: Any, context: Any) -> dict[str, Any]:
    """What a function can find out about itself."""
    return {
        "name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "request_id": context.aws_request_id,
        "milliseconds_left": context.get_remaining_time_in_millis(),
        "environment": dict(os.environ),
        "path": sys.path,
    }


def refuse(event: Any, _context: Any) -> None:
    raise ValueError(event["message"])


def be_long(event: Any, _context: Any) -> str:
    return "x" * int(event["characters"])


def take_long(event: Any, _context: Any) -> None:
    time.sleep(event["seconds"])


def leave(event: Any, _context: Any) -> None:
    print("going away", flush=True)  # noqa: T201 - what a test looks for in the log
    os._exit(event["status"])


def take_memory(event: Any, _context: Any) -> int:
    return len(bytearray(b"x") * (event["mb"] * 1024 * 1024))
