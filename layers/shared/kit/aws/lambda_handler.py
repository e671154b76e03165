"""The wrapper of every Lambda function: logs, metrics and, if enabled, traces of each event."""

import time
from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from shared.kit.aws import snapstart
from shared.kit.observability import metrics
from shared.kit.observability.log import event as log_event
from shared.kit.settings import settings

Result = TypeVar("Result")


class LambdaHandler(Generic[Result]):
    """The callable that Lambda invokes with an event; the local server calls it too, with no context."""

    def __init__(self, handle: Callable[[Any, Any], Result]) -> None:
        update_wrapper(self, handle)
        self.handle = handle
        self._traced: Callable[[Any, Any], Result] | None = None
        snapstart.register()

    def __call__(self, event: Any, context: Any) -> Result:
        if self._traced is None:
            self._traced = _traced(self.handle) if settings().tracing else self.handle
        with log_event(**ids(event, context)):
            return _measured(self._traced, event, context) if metrics.enabled() else self._traced(event, context)


def lambda_handler(handle: Callable[[Any, Any], Result]) -> LambdaHandler[Result]:
    """Decorate a function as the handler of its Lambda function."""
    return LambdaHandler(handle)


def ids(event: Any, context: Any) -> dict[str, str | None]:
    """The ids of the request (API Gateway's, or else Lambda's) and of its socket."""
    where = event.get("requestContext") if isinstance(event, Mapping) else None
    ours = getattr(context, "aws_request_id", None)
    if not isinstance(where, Mapping):
        return {"request_id": ours}
    return {
        "request_id": where.get("requestId") or ours,
        "connection_id": where.get("connectionId"),
        "function_request_id": ours,
    }


def _measured(handle: Callable[[Any, Any], Result], event: Any, context: Any) -> Result:
    started = time.perf_counter()
    try:
        answer = handle(event, context)
        if isinstance(answer, Mapping) and answer.get("statusCode", 200) >= 500:
            metrics.count("ServerErrors")
        return answer
    finally:
        metrics.measure("Latency", (time.perf_counter() - started) * 1000)
        metrics.write()


def _traced(handle: Callable[[Any, Any], Result]) -> Callable[[Any, Any], Result]:
    from aws_lambda_powertools import Tracer

    # The response is not logged, because it contains personal data.
    return Tracer().capture_lambda_handler(handle, capture_response=False, capture_error=False)
