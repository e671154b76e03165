"""The token bucket of a stage: a rate in requests per second, and a burst.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

import threading
import time


class Throttle:
    """`rate` tokens per second flow into a bucket of size `burst`; each request takes one."""

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self._tokens = float(burst)
        self._filled_at = time.monotonic()
        self._lock = threading.Lock()

    def allows(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate)
            self._filled_at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
