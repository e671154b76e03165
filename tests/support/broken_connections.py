"""Connections to PostgreSQL that break while idle."""

import psycopg

from shared.kit.db.pool import pool
from shared.kit.settings import settings
from tests.support.paused_transactions import wait_until
from tests.support.people import query


def break_connections() -> None:
    """End every connection this process has to PostgreSQL, from outside.

    Waits until the pool has opened its connections, so that none survives; and uses one, so that the next one lent is
    not new enough to be checked first.
    """
    wait_until(lambda: (stats := pool().get_stats())["pool_available"] == stats["pool_size"])
    query("SELECT 1")
    with psycopg.connect(settings().database_url, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
