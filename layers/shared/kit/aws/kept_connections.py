"""Connections to AWS that are reused, but not for longer than a NAT gateway remembers them.

A NAT gateway forgets a connection that was idle for 350 seconds, and answers its next use with a reset.
Source: docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html (idle connections)
"""

import time
from http.client import RemoteDisconnected

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse

# Seconds of idling after which a connection is reopened: far below a NAT gateway's limit, enough for a burst.
TRUSTED_FOR = 5.0


class ReusedConnectionReset(ConnectionResetError):
    """The reused connection had been closed meanwhile: the request was most likely not read."""


class _Kept(HTTPConnection):
    """A connection that is not reused after a long idle time, and tells on failure whether it had been used before."""

    _answered_at = 0.0

    def connect(self) -> None:
        self._answered_at = 0.0
        super().connect()

    @property
    def is_connected(self) -> bool:
        # Checked before a connection is reused. The monotonic clock stands still while a Lambda is frozen.
        return super().is_connected and 0 <= time.time() - self._answered_at <= TRUSTED_FOR

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3 has its own responses
        try:
            response = super().getresponse()
        except (ConnectionError, RemoteDisconnected) as error:
            if self._answered_at:
                raise ReusedConnectionReset(*error.args) from error
            raise
        self._answered_at = time.time()
        return response


class _KeptSecurely(_Kept, HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Kept


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _KeptSecurely


def pool_manager(size: int, timeout: urllib3.Timeout) -> urllib3.PoolManager:
    """A pool without retries: `size` connections per host, reopened after TRUSTED_FOR seconds of idling."""
    manager = urllib3.PoolManager(maxsize=size, retries=False, timeout=timeout)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager


def is_reset_of_reused(error: urllib3.exceptions.HTTPError) -> bool:
    """Whether a request failed only because the reused connection had already been closed."""
    return isinstance(error, urllib3.exceptions.ProtocolError) and isinstance(error.args[-1], ReusedConnectionReset)
