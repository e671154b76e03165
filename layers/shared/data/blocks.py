"""Whether two people want to have to do with each other."""

from shared.kit.db.query import Sql, compose

BLOCKED = """
(EXISTS (SELECT FROM blocks WHERE blocker_id = {one} AND blocked_id = {other})
    OR EXISTS (SELECT FROM blocks WHERE blocker_id = {other} AND blocked_id = {one}))
"""


def are_blocked(one: str, other: str) -> Sql:
    """A condition on two expressions for ids of accounts: one of the two has blocked the other."""
    return compose(BLOCKED, one=Sql(one), other=Sql(other))
