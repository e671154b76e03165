"""Pushing to the sockets of all worker processes of a server."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.gateway.connection_ids import owner_of
from local.gateway.emulator import Gateway
from local.gateway.peer_calls import Request
from local.gateway.peer_connections import Peers
from local.gateway.peer_workers import describe
from shared.kit.aws.pusher import Post

# The most sockets in one request, to bound its line: a job may push to all sockets.
MOST_IDS = 1_000


class LocalPusher:
    """Reaches a socket in this process or, by the process number in its id, in another."""

    def __init__(self, gateway: Gateway, sockets: Path) -> None:
        self.gateway = gateway
        self.peers = Peers(sockets)

    def post(self, connection_ids: Iterable[str], data: bytes) -> list[str]:
        return self.post_all([(connection_ids, data)])

    def post_all(self, posts: Iterable[Post]) -> list[str]:
        """Send to this process's sockets first, then to the other processes in parallel."""
        elsewhere: dict[int, list[Request]] = {}
        for connection_ids, data in posts:
            if missing := self.gateway.post(connection_ids, data):
                add_requests(elsewhere, missing, {"post": data.decode()})
        return self._ask(elsewhere) if elsewhere else []

    def close(self, connection_ids: Iterable[str], *, reason: str = "") -> None:
        elsewhere: dict[int, list[Request]] = {}
        add_requests(elsewhere, self.gateway.close(connection_ids, reason), {"close": True, "reason": reason})
        self._ask(elsewhere)

    def describe(self, connection_id: str) -> dict[str, Any] | None:
        """The facts about a socket, in whichever process it is open; None if it is gone."""
        if here := self.gateway.sockets.get(connection_id):
            return describe(here)
        owner = owner_of(connection_id)
        if owner == os.getpid():
            return None
        answers = self.peers.ask({owner: [{"describe": connection_id}]})[owner]
        return answers[0] or None if answers else None

    def _ask(self, requests: dict[int, list[Request]]) -> list[str]:
        """Ask other workers for sockets that are not open here; returns the ids that are open nowhere."""
        gone = [each for request in requests.pop(os.getpid(), []) for each in request["ids"]]
        for owner, answers in self.peers.ask(requests).items():
            asked = [request["ids"] for request in requests[owner]]
            gone += [each for ids in (asked if answers is None else answers) for each in ids]
        return gone


def add_requests(requests: dict[int, list[Request]], connection_ids: Iterable[str], request: Request) -> None:
    """Add a request about sockets, grouped by the processes in which they were opened."""
    by_owner: dict[int, list[str]] = {}
    for each in connection_ids:
        by_owner.setdefault(owner_of(each), []).append(each)
    for owner, ids in by_owner.items():
        parts = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
        requests.setdefault(owner, []).extend({**request, "ids": part} for part in parts)
