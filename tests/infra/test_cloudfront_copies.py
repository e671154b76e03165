"""What CloudFront keeps: copies by the cache policy of public reads, and no errors."""

import inspect
from typing import Any

from local.features import ROUTERS
from shared.kit.http.fast_routes import SHARED_SECONDS
from shared.kit.http.fastapi import APIRoute
from tests.infra.test_cloudfront import EDGE, behaviours, first_behaviour
from tests.support.templates import resources

# Below these are the public reads of tutors; what else is there asks who calls, and forbids copies.
COPIED = {"/api/user/tutor/*", "/v*/api/user/tutor/*"}
# Below these people sign in.
TOKENS = {"/api/token*", "/v*/api/token*"}


def test_both_apis_get_what_the_viewer_sent_but_its_host_and_only_public_reads_are_copied() -> None:
    apis = [each for each in behaviours() if each["TargetOriginId"] in {"http", "sockets"}]
    for policy, patterns in (("PublicReads", COPIED), ("SignIns", TOKENS)):
        assert {each["PathPattern"] for each in apis if each["CachePolicyId"] == {"Ref": policy}} == patterns
    for each in apis:
        if each["PathPattern"] not in COPIED | TOKENS:
            assert each["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert each["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def policy(name: str) -> Any:
    return resources("AWS::CloudFront::CachePolicy", EDGE)[name]["CachePolicyConfig"]


def test_of_tokens_there_are_no_copies_and_a_country() -> None:
    config = policy("SignIns")
    # Without a maximum CloudFront takes no headers into the key; nothing there says that it may be kept.
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (0, 0, 1)
    public, own = (policy(name)["ParametersInCacheKeyAndForwardedToOrigin"] for name in ("PublicReads", "SignIns"))
    country = {"CloudFront-Viewer-Country"}
    assert set(own["HeadersConfig"]["Headers"]) == {*public["HeadersConfig"]["Headers"], *country}
    assert {**own, "HeadersConfig": 0} == {**public, "HeadersConfig": 0}


def test_wherever_somebody_signs_in_cloudfront_says_the_country() -> None:
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


def test_copies_are_told_apart_by_whatever_changes_an_answer() -> None:
    config = policy("PublicReads")
    # With a minimum above 0 CloudFront keeps what says no-store, too.
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


def test_no_error_is_kept_for_others() -> None:
    [distribution] = resources("AWS::CloudFront::Distribution", EDGE).values()
    errors = distribution["DistributionConfig"]["CustomErrorResponses"]
    assert {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in errors} == dict.fromkeys(
        (400, 403, 404, 405, 414, 500, 501, 502, 503, 504), 0
    )
