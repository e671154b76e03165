"""What CloudFront caches: copies by the cache policy of public reads, and no errors."""

import inspect
from typing import Any

from local.features import ROUTERS
from shared.kit.http.fast_routes import SHARED_SECONDS
from shared.kit.http.fastapi import APIRoute
from tests.infra.test_cloudfront import EDGE, behaviours, first_behaviour
from tests.support.templates import resources

# The public reads of tutors are below these; everything else there depends on the caller and forbids caching.
COPIED = {"/api/user/tutor/*", "/v*/api/user/tutor/*"}
# Users sign in below these.
TOKENS = {"/api/token*", "/v*/api/token*"}


def test_both_apis_get_the_viewer_s_request_without_its_host_and_only_public_reads_are_cached() -> None:
    apis = [each for each in behaviours() if each["TargetOriginId"] in {"http", "sockets"}]
    for policy, patterns in (("PublicReads", COPIED), ("SignIns", TOKENS)):
        assert {each["PathPattern"] for each in apis if each["CachePolicyId"] == {"Ref": policy}} == patterns
    for each in apis:
        if each["PathPattern"] not in COPIED | TOKENS:
            assert each["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert each["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def policy(name: str) -> Any:
    return resources("AWS::CloudFront::CachePolicy", EDGE)[name]["CachePolicyConfig"]


def test_token_responses_are_not_cached_and_requests_carry_the_country() -> None:
    config = policy("SignIns")
    # Without a maximum TTL, CloudFront puts no headers into the key; no response there allows caching.
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (0, 0, 1)
    public, own = (policy(name)["ParametersInCacheKeyAndForwardedToOrigin"] for name in ("PublicReads", "SignIns"))
    country = {"CloudFront-Viewer-Country"}
    assert set(own["HeadersConfig"]["Headers"]) == {*public["HeadersConfig"]["Headers"], *country}
    assert {**own, "HeadersConfig": 0} == {**public, "HeadersConfig": 0}


def test_every_sign_in_path_gets_the_country_from_cloudfront() -> None:
    asking = [
        path
        for each in ROUTERS
        for route in each.routes
        if isinstance(route, APIRoute) and "viewer(request)" in inspect.getsource(route.endpoint)
        for path in (route.path, f"/v2{route.path}")
    ]
    assert len(asking) == 10
    for path in (*asking, *(path.rstrip("/") for path in asking)):
        assert first_behaviour(path)["CachePolicyId"] == {"Ref": "SignIns"}


def test_the_cache_key_contains_whatever_changes_a_response() -> None:
    config = policy("PublicReads")
    # With a minimum TTL above 0, CloudFront caches even no-store responses.
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (0, 0, SHARED_SECONDS)
    key = config["ParametersInCacheKeyAndForwardedToOrigin"]
    assert set(key["HeadersConfig"]["Headers"]) == {"Authorization", "Origin", "x-api-version", "x-viewer-host"}
    assert key["CookiesConfig"] == {"CookieBehavior": "all"}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["EnableAcceptEncodingGzip"]
    assert key["EnableAcceptEncodingBrotli"]


def test_the_distribution_stays_below_the_quota() -> None:
    """Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"""
    assert len(behaviours()) < 75


def test_errors_are_not_cached() -> None:
    [distribution] = resources("AWS::CloudFront::Distribution", EDGE).values()
    errors = distribution["DistributionConfig"]["CustomErrorResponses"]
    assert {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in errors} == dict.fromkeys(
        (400, 403, 404, 405, 414, 500, 501, 502, 503, 504), 0
    )
