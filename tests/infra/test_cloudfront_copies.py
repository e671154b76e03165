"""What CloudFront keeps: copies by the cache policy of public reads, and no errors."""

from shared.kit.http.fast_routes import SHARED_SECONDS
from tests.infra.test_cloudfront import EDGE, behaviours
from tests.support.templates import resources

# Below these are the public reads of tutors; what else is there asks who calls, and forbids copies.
COPIED = {"/api/user/tutor/*", "/v*/api/user/tutor/*"}


def test_both_apis_get_what_the_viewer_sent_but_its_host_and_only_public_reads_are_copied() -> None:
    apis = [each for each in behaviours() if each["TargetOriginId"] in {"http", "sockets"}]
    assert {each["PathPattern"] for each in apis if each["CachePolicyId"] == {"Ref": "PublicReads"}} == COPIED
    for each in apis:
        if each["PathPattern"] not in COPIED:
            assert each["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert each["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def test_copies_are_told_apart_by_whatever_changes_an_answer() -> None:
    [policy] = resources("AWS::CloudFront::CachePolicy", EDGE).values()
    config = policy["CachePolicyConfig"]
    # With a minimum above 0 CloudFront keeps what says no-store, too.
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (0, 0, SHARED_SECONDS)
    key = config["ParametersInCacheKeyAndForwardedToOrigin"]
    assert set(key["HeadersConfig"]["Headers"]) == {"Authorization", "Origin", "x-api-version", "x-viewer-host"}
    assert key["CookiesConfig"] == {"CookieBehavior": "all"}
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["EnableAcceptEncodingGzip"]
    assert key["EnableAcceptEncodingBrotli"]


def test_no_error_is_kept_for_others() -> None:
    [distribution] = resources("AWS::CloudFront::Distribution", EDGE).values()
    errors = distribution["DistributionConfig"]["CustomErrorResponses"]
    assert {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in errors} == dict.fromkeys(
        (400, 403, 404, 405, 414, 500, 501, 502, 503, 504), 0
    )
