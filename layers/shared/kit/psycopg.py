"""psycopg, imported without parts that are unused here, which took a fifth of a scheduled function's start.

The rest of the code imports from this module, never from `psycopg` itself, so that this import always comes first.
"""

import os

from shared.kit.stand_ins import StandIn, replaced, stand_ins, synchronous

# The libpq bundled with its packages. psycopg imports ctypes only to look for another one, which never happens here.
os.environ.setdefault("PSYCOPG_IMPL", "binary")

# Cursors and pools for asyncio, and cursor kinds that are not used here.
REST = ("connection_async", "cursor_async", "_server_cursor_async", "_pipeline_async", "_copy_async", "raw_cursor")
POOLS = ("pool_async", "null_pool", "null_pool_async")
NATIVE = {name: StandIn(name) for name in ("ctypes", "ctypes.util")}

with synchronous(), replaced(NATIVE), stand_ins("psycopg", *REST), stand_ins("psycopg_pool", *POOLS):
    import psycopg
    from psycopg import errors, sql
    from psycopg.adapt import PyFormat, Transformer
    from psycopg.errors import (
        DeadlockDetected,
        IntegrityError,
        InvalidSqlStatementName,
        LockNotAvailable,
        OperationalError,
        QueryCanceled,
        SerializationFailure,
        error_from_result,
    )
    from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
    from psycopg.pq.abc import PGresult
    from psycopg.rows import TupleRow, args_row, scalar_row
    from psycopg.types.multirange import Multirange
    from psycopg_pool import ConnectionPool

__all__ = [
    "ConnStatus",
    "ConnectionPool",
    "DeadlockDetected",
    "ExecStatus",
    "IntegrityError",
    "InvalidSqlStatementName",
    "LockNotAvailable",
    "Multirange",
    "OperationalError",
    "PGresult",
    "PyFormat",
    "QueryCanceled",
    "SerializationFailure",
    "TransactionStatus",
    "Transformer",
    "TupleRow",
    "args_row",
    "error_from_result",
    "errors",
    "psycopg",
    "scalar_row",
    "sql",
]
