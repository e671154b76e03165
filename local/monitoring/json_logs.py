"""All output of a process in production as JSON lines, including libraries' logs and uncaught exceptions."""

import logging
import sys
import threading
from types import TracebackType

from shared.kit.observability.log import logger


def write_json_logs() -> None:
    """Have this process log everything as `shared.kit.observability.log` does."""
    root = logging.getLogger()
    root.handlers = [logger().registered_handler]
    root.setLevel(logging.WARNING)
    # It has its own handler: propagating to the root logger would log twice.
    logging.getLogger(logger().name).propagate = False
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda failed: _log_uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)


def is_json() -> bool:
    return sys.excepthook is _log_uncaught


def _log_uncaught(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None, /) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        logger().error("uncaught error", exc_info=(kind, error, traceback))
