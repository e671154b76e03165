"""The functions, routes, queues and schedules in `template.yaml`; none of them is repeated here.

Source: docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tools.cloud.intrinsics import Resolver
from tools.cloud.template_file import load_template

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class FunctionSpec:
    """A function: `command` is its image's, `timeout` in seconds, `memory` in MB."""

    name: str
    command: str
    timeout: float
    memory: int
    concurrency: int | None
    environment: Mapping[str, Any]


@dataclass(frozen=True)
class HttpRoute:
    """A route of the HTTP API; `method` may be ANY, and `path` $default for everything else."""

    method: str
    path: str
    function: str

    @property
    def key(self) -> str:
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True)
class QueueSource:
    """A queue whose messages go to a function, up to `batch` at once."""

    queue: str
    function: str
    batch: int
    reports_failures: bool


@dataclass(frozen=True)
class Schedule:
    """A function that is called every `seconds`."""

    function: str
    seconds: float


class Template:
    """The resources of a template; for `known` and `secrets`, which only a deployment knows, see Resolver."""

    def __init__(self, path: Path, known: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        self.path = path
        self.document: Mapping[str, Any] = load_template(path)
        self.resolver = Resolver(self.document, dict(known), secrets)

    def resolve(self, value: Any) -> Any:
        return self.resolver.resolve(value)

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Logical ids and properties of the resources that exist under the template's conditions."""
        found = {}
        for name, resource in self.document["Resources"].items():
            if resource["Type"] == kind and self.resolver.holds(resource.get("Condition")):
                found[name] = resource.get("Properties", {})
        return found

    @cached_property
    def functions(self) -> dict[str, FunctionSpec]:
        shared = self.document.get("Globals", {}).get("Function", {})
        return {
            name: self._function(name, {**shared, **properties})
            for name, properties in self.of_type("AWS::Serverless::Function").items()
        }

    def _function(self, name: str, properties: Resource) -> FunctionSpec:
        shared = self.document.get("Globals", {}).get("Function", {})
        variables = [each.get("Environment", {}).get("Variables", {}) for each in (shared, properties)]
        concurrency = self.resolve(properties.get("ReservedConcurrentExecutions"))
        return FunctionSpec(
            name=name,
            command=self.resolve(properties["ImageConfig"]["Command"])[0],
            timeout=float(self.resolve(properties.get("Timeout", 3))),
            memory=int(self.resolve(properties.get("MemorySize", 128))),
            concurrency=None if concurrency in (None, "") else int(concurrency),
            environment={**variables[0], **variables[1]},
        )

    def environment(self, function: FunctionSpec) -> dict[str, str]:
        """The function's environment variables, as CloudFormation would set them."""
        return {name: str(self.resolve(value)) for name, value in function.environment.items()}

    def _events(self, *kinds: str) -> Iterator[tuple[str, Resource]]:
        for name, properties in self.of_type("AWS::Serverless::Function").items():
            for event in properties.get("Events", {}).values():
                if event["Type"] in kinds:
                    yield name, event.get("Properties", {})

    @cached_property
    def http_routes(self) -> list[HttpRoute]:
        """The routes in functions' events and those that are resources themselves."""
        found = [
            HttpRoute(event.get("Method", "ANY").upper(), event.get("Path", "$default"), function)
            for function, event in self._events("HttpApi")
        ]
        for key, function in self._routes_of("HTTP"):
            method, _, path = key.rpartition(" ")
            found.append(HttpRoute(method or "ANY", path, function))
        return found

    @cached_property
    def socket_routes(self) -> dict[str, str]:
        """Maps the WebSocket API's route keys to their functions."""
        return dict(self._routes_of("WEBSOCKET"))

    @cached_property
    def socket_stage(self) -> str:
        """The name of the WebSocket API's stage."""
        [stage] = self.of_type("AWS::ApiGatewayV2::Stage").values()
        return str(stage["StageName"])

    @cached_property
    def socket_api(self) -> str:
        """The id of the WebSocket API."""
        [stage] = self.of_type("AWS::ApiGatewayV2::Stage").values()
        return str(self.resolve(stage["ApiId"]))

    @cached_property
    def http_api(self) -> str:
        """The id of the HTTP API."""
        [name] = self.of_type("AWS::Serverless::HttpApi")
        return str(self.resolve({"Ref": name}))

    @cached_property
    def http_throttle(self) -> tuple[float, int]:
        """Rate per second and burst of the HTTP API."""
        [api] = self.of_type("AWS::Serverless::HttpApi").values()
        settings = self.resolve(api["DefaultRouteSettings"])
        return float(settings["ThrottlingRateLimit"]), int(settings["ThrottlingBurstLimit"])

    @cached_property
    def route_throttles(self) -> dict[str, tuple[float, int]]:
        """The same for routes with limits of their own, by route key."""
        [api] = self.of_type("AWS::Serverless::HttpApi").values()
        found = self.resolve(api.get("RouteSettings", {})).items()
        return {key: (float(each["ThrottlingRateLimit"]), int(each["ThrottlingBurstLimit"])) for key, each in found}

    def _routes_of(self, protocol: str) -> Iterator[tuple[str, str]]:
        apis = self.of_type("AWS::ApiGatewayV2::Api")
        integrations = self.of_type("AWS::ApiGatewayV2::Integration")
        for route in self.of_type("AWS::ApiGatewayV2::Route").values():
            if apis.get(referred(route["ApiId"]), {}).get("ProtocolType") == protocol:
                integration = integrations[referred(route["Target"])]
                yield self.resolve(route["RouteKey"]), self._function_in(integration["IntegrationUri"])

    def _function_in(self, value: Any) -> str:
        """The function that a value refers to."""
        found = set(referred_all(value)) & set(self.functions)
        if len(found) != 1:
            raise ValueError(f"{value!r} names {found or 'no function'}")
        return found.pop()

    @cached_property
    def queue_sources(self) -> list[QueueSource]:
        return [
            QueueSource(
                queue=referred(event["Queue"]),
                function=function,
                batch=int(self.resolve(event.get("BatchSize", 10))),
                reports_failures="ReportBatchItemFailures" in event.get("FunctionResponseTypes", ()),
            )
            for function, event in self._events("SQS")
        ]

    @cached_property
    def schedules(self) -> list[Schedule]:
        found = [
            Schedule(function, rate_seconds(self.resolve(event.get("ScheduleExpression") or event["Schedule"])))
            for function, event in self._events("Schedule", "ScheduleV2")
        ]
        for schedule in self.of_type("AWS::Scheduler::Schedule").values():
            seconds = rate_seconds(self.resolve(schedule["ScheduleExpression"]))
            found.append(Schedule(self._function_in(schedule["Target"]["Arn"]), seconds))
        return found


def rate_seconds(expression: str) -> float:
    """The seconds of rate(5 minutes); any cron(…) counts as a day. Raises ValueError."""
    if expression.startswith("cron("):
        return float(SECONDS["day"])
    found = re.fullmatch(r"rate\((\d+) (second|minute|hour|day)s?\)", expression)
    if not found:
        raise ValueError(expression)
    return float(int(found[1]) * SECONDS[found[2]])


def referred(value: Any) -> str:
    """The resource that a value refers to."""
    return next(referred_all(value))


def referred_all(value: Any) -> Iterator[str]:
    """The logical ids in Ref, GetAtt and Sub, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "Ref":  # of a function's alias it is Function.Alias
                yield str(inner).partition(".")[0]
            elif name == "Fn::GetAtt":
                yield str(inner[0] if isinstance(inner, list) else inner.partition(".")[0])
            elif name == "Fn::Sub":
                text, given = inner if isinstance(inner, list) else (inner, {})
                yield from (
                    each.partition(".")[0] for each in re.findall(r"\$\{([\w.:]+)\}", text) if each not in given
                )
                yield from referred_all(given)
            else:
                yield from referred_all(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from referred_all(inner)
