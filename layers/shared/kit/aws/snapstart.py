"""State that functions restored from the same SnapStart snapshot must not share.

Source: docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html and snapstart-runtime-hooks-python.html
"""

import os
import random
import sys


def register() -> None:
    """Have Lambda call the hooks below; outside SnapStart this does nothing and imports nothing."""
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    register_before_snapshot(before_snapshot)
    register_after_restore(after_restore)


def before_snapshot() -> None:
    """Close connections that would be dead after the snapshot."""
    if database := sys.modules.get("shared.kit.db.pool"):
        database.close_pool()


def after_restore() -> None:
    """`secrets` and UUIDs use the system's source, which is reseeded; `random` keeps its state, so reseed it."""
    before_snapshot()
    random.seed()
