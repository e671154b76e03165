"""What CloudFront keeps: copies by the cache policy of public reads, and no errors."""

from shared.kit.http.fast_routes import SHARED_SECONDS
from tests.support.templates import resources
from tools.cloud.project import ROOT

EDGE = ROOT / "infra" / "stacks" / "edge.yaml"


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
