"""Whether a session has passed the second factor."""

import pytest

from shared.domain.auth import identify
from tests.support.people import People, query


@pytest.mark.parametrize(
    ("account_has", "session_gave", "expected"),
    [
        (False, False, (False, False)),
        (True, False, (True, False)),
        (True, True, (True, True)),
        (False, True, (False, False)),
    ],
)
def test_a_session_has_passed_only_a_factor_that_its_account_has(
    people: People, *, account_has: bool, session_gave: bool, expected: tuple[bool, bool]
) -> None:
    ola = people.student()
    if account_has:
        query("UPDATE users SET second_factor_at = now()")
    if session_gave:
        query("UPDATE sign_in_sessions SET second_factor_checked_at = now()")
    caller = identify(ola.access)
    assert (caller.has_second_factor, caller.passed_second_factor) == expected
