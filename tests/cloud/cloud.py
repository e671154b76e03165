"""Cloud mode: what `template.yaml` describes, running on this machine behind one address.

Every function runs its image's command under the real runtime client in processes of its own; CloudFront, both
API Gateways, queues and schedules are emulated from the template, S3, SQS, SES and Secrets Manager by moto.
PostgreSQL and Valkey are those whose addresses are given.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from local.websocket_protocol import GatewayProtocol
from shared.kit.wire import App
from tests.cloud.aws import Aws
from tests.cloud.distribution_of import distribution_of
from tests.cloud.event_sources import QueuePoller, Scheduler
from tests.cloud.http_api import HttpApi
from tests.cloud.lambda_service import Function
from tests.cloud.socket_api import ROUTE_SELECTION, ConnectionsApi, SocketApi
from tests.cloud.template import TEMPLATE, Template
from tests.cloud.throttle import Throttle
from tests.runtime.management_api import MAX_MESSAGE

PATIENCE = 10.0
START_SECONDS = 10.0


@dataclass
class Cloud:
    """The running parts; `url` is CloudFront's."""

    template: Template
    aws: Aws
    functions: Mapping[str, Function]
    http_api: HttpApi
    sockets: SocketApi
    connections: ConnectionsApi
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
