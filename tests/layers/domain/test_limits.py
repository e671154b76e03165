"""Which addresses count as one."""

import pytest

from shared.domain.limits import subscriber, subscriber_range


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::1", "::"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_ipv6_addresses_with_the_same_first_half_count_as_one(address: str, counted_as: str) -> None:
    assert subscriber(address) == counted_as


@pytest.mark.parametrize(
    ("address", "addresses"),
    [
        ("203.0.113.7", ("203.0.113.7", "203.0.113.7")),
        ("2001:db8:1:2:3:4:5:6", ("2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff")),
        ("::ffff:203.0.113.7", ("::ffff:203.0.113.7", "::ffff:203.0.113.7")),
        ("unknown", None),
    ],
)
def test_a_subscriber_s_addresses_are_a_range(address: str, addresses: tuple[str, str] | None) -> None:
    assert subscriber_range(address) == addresses
