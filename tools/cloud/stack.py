"""Cloud mode: what `template.yaml` describes, running on this machine behind one address.

Every function runs its image's command under the real runtime client in processes of its own; CloudFront, both
API Gateways, queues and schedules are emulated from the template, S3, SQS, SES and Secrets Manager by moto.
PostgreSQL and Valkey are those whose addresses are given.
"""

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from infra import publish
from shared.domain.pictures import DEFAULT_PICTURE
from shared.kit.http.middleware import App, Receive, Scope, Send, respond
from tools.cloud.distribution import BucketOrigin
from tools.cloud.edge import distribution_of
from tools.cloud.edge_cache import Copies
from tools.cloud.event_sources import QueuePoller, Scheduler
from tools.cloud.http_api import HttpApi
from tools.cloud.intrinsics import REGION
from tools.cloud.lambda_service import Function
from tools.cloud.project import TEMPLATE
from tools.cloud.services import EXECUTE_API, ROLE, Aws
from tools.cloud.serving import serving
from tools.cloud.socket_api import ConnectionsApi, SocketApi
from tools.cloud.template import Template, referred
from tools.cloud.throttle import Throttle

PATIENCE = 10.0
# The path of the local server's inbox.
MAIL_PATH = "/_local/mail"
# Values for a deployment's parameters without a default.
PARAMETERS = {"MailFrom": "Korepetycje <no-reply@example.com>"}
SENDER_DOMAIN = "example.com"


@dataclass(frozen=True)
class Options:
    """Differences from AWS: schedules run `speed` times as fast; `environment` overrides the template's.

    Without `copies`, CloudFront caches nothing. `parameters` are those of the deployment; `secrets` maps parameters
    that hold a secret's ARN to its text.
    """

    environment: Mapping[str, str]
    speed: float = 20.0
    jitter: float = 0.0
    deploy: bool = True
    event_sources: bool = True
    copies: bool = True
    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


class Cloud:
    """The parts of a running platform; `url` is the address of CloudFront."""

    def __init__(self, aws: Aws, template: Template, options: Options, port: int) -> None:
        self.aws, self.template, self.port = aws, template, port
        self.functions = {name: Function(spec, {}) for name, spec in template.functions.items()}
        routes = {key: self.functions[name] for key, name in template.socket_routes.items()}
        self.sockets = SocketApi(template.socket_stage, routes, jitter=options.jitter)
        self.connections = ConnectionsApi(self.sockets.gateway, template.socket_stage)
        self.http_api = HttpApi(
            template.http_routes,
            self.functions,
            Throttle(*template.http_throttle),
            route_throttles={key: Throttle(*limits) for key, limits in template.route_throttles.items()},
        )
        for function in self.functions.values():
            function.environment = self._environment(function, options)
        self.sources = [
            *(QueuePoller(aws, each, self.functions[each.function]) for each in template.queue_sources),
            *(Scheduler(each, self.functions[each.function], speed=options.speed) for each in template.schedules),
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _environment(self, function: Function, options: Options) -> dict[str, str]:
        """The template's variables, with AWS endpoints replaced by this machine."""
        variables = self.template.environment(function.spec)
        found = {name: options.environment.get(name, value) for name, value in variables.items()}
        if endpoint := variables.get("WEBSOCKET_ENDPOINT"):
            host = urlsplit(endpoint)
            assert host.netloc == f"{self.template.socket_api}.{EXECUTE_API}", endpoint
            found["WEBSOCKET_ENDPOINT"] = f"{self.connections.origin}{host.path}"
        return {**found, "AWS_ENDPOINT_URL": self.aws.endpoint, "PGAPPNAME": function.spec.name}

    def origins(self) -> dict[str, App]:
        """The apps behind the domain names of the two APIs and of the buckets."""
        buckets = {f"{each}.s3.{REGION}.amazonaws.com": BucketOrigin(self.aws.s3, each) for each in self.aws.buckets}
        apis: dict[str, App] = {self.template.http_api: self.http_api, self.template.socket_api: self.sockets}
        return {**buckets, **{f"{name}.{EXECUTE_API}": app for name, app in apis.items()}}

    def secret(self, variable: str) -> str:
        """The text of the secret whose ARN is in this environment variable of the functions."""
        arns = {each.environment[variable] for each in self.functions.values() if variable in each.environment}
        return self.aws.secrets[arns.pop()]

    def migrate(self) -> None:
        """Migrate the database, as a deployment does."""
        for version in self.template.of_type("Custom::DatabaseVersion").values():
            self.functions[referred(version["ServiceToken"])].invoke({})

    def publish(self) -> None:
        """Upload to the buckets what a deployment uploads."""
        site = self.aws.stacks["Edge"].resolve({"Ref": "SiteBucket"})
        with patch.dict(os.environ, {**ROLE, "AWS_ENDPOINT_URL": self.aws.endpoint}):
            picture = publish.File(DEFAULT_PICTURE, publish.PICTURE.read_bytes(), "image/jpeg")
            publish.put(self.template.resolve({"Ref": "MediaBucket"}), [picture])
            publish.put(site, list(publish.api_description()))

    def close(self) -> None:
        for source in self.sources:
            source.stop()
        deadline = time.monotonic() + PATIENCE
        for source in filter(threading.Thread.is_alive, self.sources):
            source.join(max(0.0, deadline - time.monotonic()))
        self.http_api.close()
        self.connections.close()
        for function in self.functions.values():
            function.close()


@contextmanager
def running_cloud(options: Options, port: int) -> Iterator[Cloud]:
    """The platform, served at `url` during the block."""
    with ExitStack() as stack:
        aws = stack.enter_context(Aws())
        arns = {name: aws.keep_secret(name, text) for name, text in options.secrets.items()}
        template = Template(TEMPLATE, {**PARAMETERS, **options.parameters, **arns}, aws.secrets)
        aws.deploy(template, SENDER_DOMAIN)
        cloud = Cloud(aws, template, options, port)
        stack.callback(cloud.close)
        if options.deploy:
            cloud.migrate()
            cloud.publish()
        distribution = distribution_of(aws.stacks["Edge"], cloud.origins(), Copies() if options.copies else None)
        stack.callback(distribution.close)
        stack.enter_context(serving(Front(distribution, cloud), cloud.port))
        for source in cloud.sources if options.event_sources else ():
            source.start()
        yield cloud


class Front:
    """Wraps the distribution: starts and stops the socket gateway with the server, and shows the mails that SES got."""

    def __init__(self, app: App, cloud: Cloud) -> None:
        self.app, self.aws, self.gateway = app, cloud.aws, cloud.sockets.gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"] == MAIL_PATH:
            to = dict(parse_qsl(scope["query_string"].decode())).get("to", "")
            body = json.dumps([asdict(mail) for mail in self.aws.mails(to)]).encode()
            await respond(send, 200, [(b"content-type", b"application/json")], body)
        else:
            await self.app(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.gateway.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.gateway.shut()
        await send({"type": "lifespan.shutdown.complete"})
