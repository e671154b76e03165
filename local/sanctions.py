"""The operator's sanctions of accounts: `make staff DO=suspend`, `DO=lift`, `DO=revoke-sessions` …"""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psycopg

from local.gateway.connection_ids import owner_of
from local.gateway.peer_workers import PeerGone, ask
from local.options import Options
from local.stack import SOCKETS_FILE
from shared.data.staff_actions import Grounds
from shared.domain import suspension
from shared.domain.sign_in_sessions import close_sockets
from shared.kit.settings import settings

if TYPE_CHECKING:
    from shared.kit.db.pool import PooledConnection

SANCTIONS = {
    "suspend": (suspension.suspend, "{} is suspended.", "{} was suspended already."),
    "lift": (suspension.lift, "{} is no longer suspended.", "{} was not suspended."),
    "revoke-sessions": (suspension.revoke_sessions, "{} is signed out everywhere.", "{} was signed in nowhere."),
    "remove-second-factor": (
        suspension.remove_second_factor,
        "{} signs in with the password alone.",
        "{} had no second factor.",
    ),
}
FIND = "SELECT id, email FROM users WHERE lower(email) = lower(%s)"


def apply(options: Options, url: str, command: str, email: str, reason: str) -> str | None:
    """Apply a sanction and close a running server's sockets; returns what was done, None without such an account.

    A running server sends mails and notifications of cancelled bookings a little later.
    """
    action, done, nothing_done = SANCTIONS[command]
    with psycopg.connect(url) as db:
        found = db.execute(FIND, (email,)).fetchone()
        if found is None:
            return None
        user_id, known = found
        # Statements accept any connection; this one is not from the pool.
        consequences = action(cast("PooledConnection", db), user_id, Grounds(None, reason))
    _close(options, consequences.sockets)
    return (done if consequences.changed else nothing_done).format(known)


def _close(options: Options, sockets: list[str]) -> None:
    """On AWS through the gateway; here through the worker processes in which they are open."""
    if settings().websocket_endpoint:
        close_sockets(sockets)
        return
    try:
        folder = Path((options.data_folder / SOCKETS_FILE).read_text())
    except FileNotFoundError:
        return
    by_owner: dict[int, list[str]] = defaultdict(list)
    for each in sockets:
        by_owner[owner_of(each)].append(each)
    for owner, ids in by_owner.items():
        request: dict[str, Any] = {"close": True, "reason": "", "ids": ids}
        try:
            ask(folder, owner, request)
        except PeerGone:
            continue
