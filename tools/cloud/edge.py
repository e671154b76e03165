"""Builds the distribution from a template with AWS::CloudFront resources."""

from collections.abc import Mapping
from typing import Any

from shared.kit.http.middleware import App
from tools.cloud.distribution import Behaviour, Distribution, Origin
from tools.cloud.edge_cache import CachePolicy, Copies, cache_policy
from tools.cloud.edge_function import EdgeFunction, edge_function
from tools.cloud.template import Resource, Template, referred

READING = ("GET", "HEAD")
# Managed response headers policies that allow every origin to read responses.
CORS = {
    "e61eb60c-9c35-4d20-a928-2b84e02af89c",  # CORS-and-SecurityHeadersPolicy
    "60669652-455b-4ae9-85a4-c4c02393f86c",  # SimpleCORS
}


def distribution_of(template: Template, apps: Mapping[str, App], copies: Copies | None = None) -> Distribution:
    """`apps` are the apps behind the origins' domain names; for `copies` see Distribution."""
    [resource] = template.of_type("AWS::CloudFront::Distribution").values()
    config = resource["DistributionConfig"]
    origins = {each["Id"]: _origin(template, each, apps) for each in config["Origins"]}
    functions = {
        name: edge_function(name, str(properties["FunctionCode"]))
        for name, properties in template.of_type("AWS::CloudFront::Function").items()
    }
    policies = {
        name: cache_policy(template.resolve(properties["CachePolicyConfig"]))
        for name, properties in template.of_type("AWS::CloudFront::CachePolicy").items()
    }
    behaviours = [*config.get("CacheBehaviors", ()), {**config["DefaultCacheBehavior"], "PathPattern": "*"}]
    return Distribution([_behaviour(each, origins, functions, policies) for each in behaviours], copies)


def _origin(template: Template, origin: Resource, apps: Mapping[str, App]) -> Origin:
    domain = str(template.resolve(origin["DomainName"]))
    headers: list[dict[str, Any]] = template.resolve(origin.get("OriginCustomHeaders", []))
    return Origin(
        apps[domain],
        domain,
        str(template.resolve(origin.get("OriginPath", ""))),
        {str(each["HeaderName"]): str(each["HeaderValue"]) for each in headers},
    )


def _behaviour(
    behaviour: Resource,
    origins: Mapping[str, Origin],
    functions: Mapping[str, EdgeFunction],
    policies: Mapping[str, CachePolicy],
) -> Behaviour:
    [*names] = (
        referred(each["FunctionARN"])
        for each in behaviour.get("FunctionAssociations", ())
        if each["EventType"] == "viewer-request"
    )
    return Behaviour(
        pattern=str(behaviour["PathPattern"]),
        origin=origins[behaviour["TargetOriginId"]],
        function=functions[names[0]] if names else None,
        methods=frozenset(behaviour.get("AllowedMethods", READING)),
        passes_all="OriginRequestPolicyId" in behaviour,
        allows_origins=behaviour.get("ResponseHeadersPolicyId") in CORS,
        cache=_own_policy(behaviour["CachePolicyId"], policies),
    )


def _own_policy(named: Any, policies: Mapping[str, CachePolicy]) -> CachePolicy | None:
    """The template's own policy; no managed one caches changing content."""
    return None if isinstance(named, str) else policies[referred(named)]
