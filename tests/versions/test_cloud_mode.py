"""The same rows in cloud mode: through CloudFront's function, the gateway's routes and each function's own process."""

from collections.abc import Iterator
from types import ModuleType

import httpx
import pytest

from local.engines import Engine
from tests.support.browser import FRONT, EntryPoint
from tests.support.cloud_mode import EmulatedEntry, cloud_mode
from tests.versions import (
    test_accounts,
    test_boards,
    test_chat,
    test_cross_site,
    test_own_settings,
    test_reservations,
    test_same_data,
    test_sessions,
    test_tutors,
)

pytestmark = pytest.mark.proof
ROWS: tuple[ModuleType, ...] = (
    test_accounts,
    test_boards,
    test_chat,
    test_cross_site,
    test_own_settings,
    test_reservations,
    test_same_data,
    test_sessions,
    test_tutors,
)
# What cloud mode answers otherwise (413, docs/contract-newer.md, section 10), or is no matter of it: there the operator
# names origins when deploying, and Google is this process's own.
OTHERWISE = {
    "test_the_frontend_may_repeat_itself_four_thousand_times",
    "test_a_picture_that_the_browser_has_kept_may_be_saved_by_a_script",
    "test_a_frontend_on_another_site_gets_cookies_that_cross_sites",
}
TESTS = {name: each for module in ROWS for name, each in vars(module).items() if name.startswith("test_")}
globals().update({name: each for name, each in TESTS.items() if name not in OTHERWISE})


def test_what_is_left_out_is_there() -> None:
    assert TESTS.keys() >= OTHERWISE


@pytest.fixture(scope="module")
def emulated(engines: dict[str, Engine]) -> Iterator[EmulatedEntry]:
    with cloud_mode(event_sources=False, CorsOrigins=f"*,{FRONT}") as cloud, httpx.Client() as client:
        yield EmulatedEntry(cloud, client)


@pytest.fixture
def entry(emulated: EmulatedEntry, platform: None) -> EntryPoint:
    """In place of the two entry points that the tests know."""
    return emulated
