"""The same rows in cloud mode: through CloudFront's function, the gateway's routes and each function's own process.

Those of sockets are in test_socket_rows.py.
"""

from collections.abc import Iterator
from types import ModuleType

import httpx
import pytest

from local.engines.processes import Engine
from tests.support.browser import FRONT, EntryPoint
from tests.support.cloud_mode import ServedEntry, cloud_mode, emulated_entry
from tests.support.openid_provider import CLIENT, REDIRECT, SECRET, OpenIdProvider, rsa_key, serve
from tests.support.people import People
from tests.versions import (
    test_accounts,
    test_boards,
    test_chat,
    test_cross_site,
    test_google,
    test_own_settings,
    test_reservations,
    test_rows,
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
    test_google,
    test_own_settings,
    test_reservations,
    test_rows,
    test_same_data,
    test_sessions,
    test_tutors,
)
# Excluded: tests whose response differs in cloud mode (413, docs/contract-newer.md, section 10), or that do not apply,
# as origins and a provider are set when deploying, and failures are simulated in this process.
OTHERWISE = {
    "test_the_frontend_can_read_server_errors_too",
    "test_the_frontend_may_repeat_parameters_four_thousand_times",
    "test_a_picture_cached_by_the_browser_can_be_read_by_a_script",
    "test_a_frontend_on_another_site_gets_cross_site_cookies",
    "test_without_a_provider_the_endpoints_do_not_exist",
}
TESTS = {name: each for module in ROWS for name, each in vars(module).items() if name.startswith("test_")}
globals().update({name: each for name, each in TESTS.items() if name not in OTHERWISE})


def test_the_excluded_tests_exist() -> None:
    assert TESTS.keys() >= OTHERWISE


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenIdProvider]:
    found = OpenIdProvider({"first": rsa_key()})
    server = serve(found)
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def emulated(engines: dict[str, Engine], provider: OpenIdProvider) -> Iterator[ServedEntry]:
    deployed = {"OidcIssuer": provider.issuer, "OidcClientId": CLIENT, "OidcRedirectUris": REDIRECT}
    with (
        cloud_mode(
            event_sources=False, secrets={"OidcSecretArn": SECRET}, CorsOrigins=f"*,{FRONT}", **deployed
        ) as cloud,
        httpx.Client() as client,
    ):
        yield emulated_entry(cloud, client)


@pytest.fixture
def entry(emulated: ServedEntry, platform: None) -> EntryPoint:
    """Replaces the two entry points of the tests."""
    return emulated


@pytest.fixture
def people(platform: None, production_hashes: None) -> People:
    """With production hashes, because the functions run in their own processes."""
    return People()
