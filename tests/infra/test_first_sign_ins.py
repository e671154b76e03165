"""The migration of first sign-ins: existing users get mails about new devices at once."""

from local.engines.processes import Engine
from tests.infra.test_migrations import migrate, rows
from tests.support.databases import new_database


def test_confirmed_accounts_have_signed_in_before(engines: dict[str, Engine]) -> None:
    with new_database(engines) as address:
        migrate(address, "0013")
        rows(
            address,
            "INSERT INTO users (email, password_hash, confirmed_at) VALUES ('old@example.com', 'x', '2026-01-01Z'),"
            " ('new@example.com', 'x', NULL) RETURNING id",
        )
        migrate(address, "0014")
        found = rows(address, "SELECT email, signed_in_at = confirmed_at FROM users ORDER BY email")
        assert found == [("new@example.com", None), ("old@example.com", True)]
