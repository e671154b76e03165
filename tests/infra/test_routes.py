"""The routes of both APIs lead to the functions that serve them, and nowhere else."""

import re
from collections import Counter
from pathlib import Path

import pytest

import infra.generate
from functions.chat.api.socket_routes import ROUTES
from infra.generate import GENERATED, CommentLost, route_of
from shared.versions import paths_of_versions
from tests.support.routes import ALL_ROUTES
from tests.support.templates import command, events, functions, resources, template
from tools.cloud.project import TEMPLATE

# docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_ROUTES = 300
HTTP = [name for name in functions() if events(name, "HttpApi")]


def routes(function: str) -> list[str]:
    return [event["Path"] for event in events(function, "HttpApi") if "Path" in event]


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path: Path) -> None:
    text = path.read_text()
    assert text == GENERATED[path](text), "run: make generate"


def test_comments_are_kept_or_refused() -> None:
    text = TEMPLATE.read_text()
    commented = text.replace("\nOutputs:\n", "\n# Kept.\nOutputs:\n")
    assert infra.generate.template(commented) == commented
    with pytest.raises(CommentLost, match="after a tagged item"):
        infra.generate.template(
            text.replace(" - !Ref AWS::NoValue\n", " - !Ref AWS::NoValue\n\n  # Lost after a tagged item.\n")
        )


def test_sign_in_registration_and_reset_have_their_own_limits() -> None:
    """API Gateway refuses settings for a route that does not exist."""
    [api] = resources("AWS::Serverless::HttpApi").values()
    limited, most = api["RouteSettings"], api["DefaultRouteSettings"]
    assert limited.keys() <= {f"ANY {path}" for name in HTTP for path in routes(name)}
    assert limited.keys() >= {f"ANY /api/{each}" for each in ("token", "user/create", "user/password_reset")}
    for each in limited.values():
        assert each["ThrottlingRateLimit"] < each["ThrottlingBurstLimit"] < most["ThrottlingRateLimit"]


def test_the_routes_are_exactly_the_paths_of_the_routers() -> None:
    paths = {route.path for route in ALL_ROUTES} | paths_of_versions().keys()
    assert Counter(path for name in HTTP for path in routes(name)) == Counter(map(route_of, paths))


@pytest.mark.parametrize("name", HTTP)
def test_a_route_leads_to_the_function_that_serves_it(name: str) -> None:
    served = infra.generate.served_paths(command(name).removesuffix(".handler"))
    assert set(routes(name)) == set(map(route_of, served))


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/token/", "/api/token"),
        ("/api/chat/conversation_detail/{conversation_id:uuid}/", "/api/chat/conversation_detail/{conversation_id}"),
        ("/api/reservation/calendar/{token}.ics/", "/api/reservation/calendar/{token}"),
    ],
)
def test_a_path_is_written_as_a_route_of_api_gateway(path: str, route: str) -> None:
    assert route_of(path) == route


def test_api_gateway_accepts_every_route() -> None:
    """Without a trailing slash, and with variables as whole segments; the emulator refuses everything else too."""
    parts = [part for name in HTTP for path in routes(name) for part in path.removeprefix("/").split("/")]
    assert [part for part in parts if not re.fullmatch(r"(\{[\w.-]+\+?\}|[a-zA-Z0-9._-]+)", part)] == []


def test_routes_accept_every_method_and_stay_below_the_quota() -> None:
    every = [event for name in HTTP for event in events(name, "HttpApi")]
    assert all(event["ApiId"] == {"Ref": "HttpApi"} for event in every)
    assert {event["Method"] for event in every if "Path" in event} == {"ANY"}
    assert len(every) <= MAX_ROUTES


def test_one_function_handles_requests_without_a_route() -> None:
    """An event without a path is the route $default; without it, API Gateway would respond with its own texts."""
    assert [name for name in HTTP for event in events(name, "HttpApi") if "Path" not in event] == ["TutorsFunction"]


def test_the_api_leaves_cors_to_the_functions() -> None:
    [api] = resources("AWS::Serverless::HttpApi").values()
    assert "CorsConfiguration" not in api
    assert api["StageName"] == "$default"


def test_access_logs_contain_no_path_and_no_query() -> None:
    [api] = resources("AWS::Serverless::HttpApi").values()
    logged = set(re.findall(r"\$context\.([\w.]+)", api["AccessLogSettings"]["Format"]))
    assert logged.isdisjoint({"path", "protocol", "requestOverride.path"})
    assert "routeKey" in logged
    assert "authorizer" not in " ".join(logged)


def test_the_route_keys_are_exactly_the_actions() -> None:
    api = {"Ref": "WebSocketApi"}
    keys = [route["RouteKey"] for route in resources("AWS::ApiGatewayV2::Route").values() if route["ApiId"] == api]
    assert sorted(keys) == sorted(ROUTES)


def test_the_body_selects_the_route() -> None:
    [api] = resources("AWS::ApiGatewayV2::Api").values()
    assert (api["ProtocolType"], api["RouteSelectionExpression"]) == ("WEBSOCKET", "$request.body.event")


def test_every_route_key_leads_to_the_sockets_function() -> None:
    targets = {route["Target"]["Fn::Sub"] for route in resources("AWS::ApiGatewayV2::Route").values()}
    assert targets == {"integrations/${SocketsIntegration}"}
    [integration] = resources("AWS::ApiGatewayV2::Integration").values()
    address, names = integration["IntegrationUri"]["Fn::Sub"]
    assert address.endswith(":lambda:path/2015-03-31/functions/${Alias}/invocations")
    assert names == {"Alias": {"Ref": "SocketsFunction.Alias"}}


def test_the_stage_serves_the_newest_deployment_of_all_routes() -> None:
    [stage] = resources("AWS::ApiGatewayV2::Stage").values()
    [name] = resources("AWS::ApiGatewayV2::Deployment")
    assert stage["DeploymentId"] == {"Ref": name}
    assert set(template()["Resources"][name]["DependsOn"]) == set(resources("AWS::ApiGatewayV2::Route"))
