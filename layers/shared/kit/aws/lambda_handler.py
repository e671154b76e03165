"""The wrapper of every function: what each event leaves in logs, metrics and, if asked for, traces."""

import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from shared.kit.aws import snapstart
from shared.kit.observability import metrics
from shared.kit.observability.log import event as log_event
from shared.kit.settings import settings

Handler = Callable[[Any, Any], Any]
Handle = TypeVar("Handle", bound=Handler)


def lambda_handler(handle: Handle) -> Handle:
    """Mark a function's handler. The local server calls it too, with no context."""
    traced: Handler | None = None
    snapstart.register()

    @wraps(handle)
    def handler(event: Any, context: Any) -> Any:
        nonlocal traced
        if traced is None:
            traced = _traced(handle) if settings().tracing else handle
        with log_event(**ids(event, context)):
            return _measured(traced, event, context) if metrics.enabled() else traced(event, context)

    handler.is_lambda_handler = True  # type: ignore[attr-defined]  # functions take attributes
    return cast("Handle", handler)


def ids(event: Any, context: Any) -> dict[str, str | None]:
    """The request as API Gateway knows it, else as Lambda does, and the socket it came by."""
    where = event.get("requestContext") if isinstance(event, Mapping) else None
    ours = getattr(context, "aws_request_id", None)
    if not isinstance(where, Mapping):
        return {"request_id": ours}
    return {
        "request_id": where.get("requestId") or ours,
        "connection_id": where.get("connectionId"),
        "function_request_id": ours,
    }


def _measured(handle: Handler, event: Any, context: Any) -> Any:
    started = time.perf_counter()
    try:
        answer = handle(event, context)
        if isinstance(answer, Mapping) and answer.get("statusCode", 200) >= 500:
            metrics.count("ServerErrors")
        return answer
    finally:
        metrics.measure("Latency", (time.perf_counter() - started) * 1000)
        metrics.write()


def _traced(handle: Handler) -> Handler:
    from aws_lambda_powertools import Tracer

    # Answers hold what is nobody's business.
    return Tracer().capture_lambda_handler(handle, capture_response=False, capture_error=False)
