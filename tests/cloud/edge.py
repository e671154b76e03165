"""Builds the distribution from the template's AWS::CloudFront resources."""

from collections.abc import Mapping
from typing import Any

from shared.kit.wire import App
from tests.cloud.distribution import Behaviour, Distribution, Origin
from tests.cloud.edge_function import EdgeRule

EVERY_METHOD = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"})
READING = frozenset({"GET", "HEAD"})


def stand_in(apps: Mapping[str, App], stage: str, headers: Mapping[str, str]) -> Distribution:
    """What the distribution is to be, for a template without one."""

    def behaviour(pattern: str, name: str, methods: frozenset[str], *, path: str = "", rule: Any = None) -> Behaviour:
        return Behaviour(pattern, Origin(apps[name], f"{name}.example.com", path, headers), rule, methods, True)

    return Distribution(
        [
            behaviour("/static/media/*", "bucket", READING),
            behaviour("/ws/*", "sockets", EVERY_METHOD, path=f"/{stage}", rule=EdgeRule()),
            behaviour("*", "http", EVERY_METHOD),
        ]
    )
