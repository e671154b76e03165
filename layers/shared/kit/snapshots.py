"""What a function restored from a SnapStart snapshot must not share with others that were restored from the same one.

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

    register_before_snapshot(let_go)
    register_after_restore(begin_anew)


def let_go() -> None:
    """Close what would be dead after the snapshot."""
    if database := sys.modules.get("shared.kit.database"):
        database.close_pool()


def begin_anew() -> None:
    """`secrets` and UUIDs ask the system, whose source is seeded anew; `random` keeps its state."""
    let_go()
    random.seed()
