"""A reliable client of a user's own socket: it resends until acknowledged, and syncs what it missed."""

import json
import random
import socket
import threading
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.support.local_server import LocalServer
from tests.support.people import Person

# Maximum number of unacknowledged messages, and seconds until an unanswered request is repeated.
WINDOW, PATIENCE = 10, 2.0
CHANGES = {"message_edited", "message_deleted", "reaction_changed"}


class Device:
    """One person's client of one conversation. `messages` are the texts by place, as this client knows them."""

    def __init__(self, server: LocalServer, person: Person, conversation: UUID, seed: int) -> None:
        self.messages: dict[int, str] = {}
        self.acknowledged: set[str] = set()
        self.reconnects = 0
        self._server, self._person, self._conversation = server, person, str(conversation)
        self._random = random.Random(seed)
        self._changed: dict[int, int] = {}
        # All changes up to this one are known; events received since may leave some out.
        self._synced_change = 0
        self._complete = 0
        self._pause = 0.0
        self._unsent: list[str] = []
        self._socket: ClientConnection | None = None
        self._is_synced = False

    @property
    def _last(self) -> int:
        """The last place up to which no message is missing."""
        while self._complete + 1 in self.messages:
            self._complete += 1
        return self._complete

    def cut(self) -> None:
        """Break the connection without a close, as a train in a tunnel does."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.socket.shutdown(socket.SHUT_RDWR)

    def say(self, bodies: list[str], pause: float) -> None:
        """Send texts, each once and with a pause after it, until all are acknowledged; edit and read in between."""
        self._pause = pause
        waiting = list(reversed(bodies))
        while waiting or self._unsent:
            try:
                self._say_until_cut(waiting)
            except (OSError, WebSocketException, httpx.HTTPError, TimeoutError):
                self.reconnects += 1
                time.sleep(0.05)

    def catch_up(self) -> None:
        """Sync until nothing is missing."""
        while True:
            try:
                with self._open() as client:
                    self._sync(client)
                    while not self._is_synced:
                        self._take(client, PATIENCE)
                    return
            except (OSError, WebSocketException, httpx.HTTPError, TimeoutError):
                time.sleep(0.05)

    def _say_until_cut(self, waiting: list[str]) -> None:
        with self._open() as client:
            self._socket = client
            self._sync(client)
            for body in self._unsent:
                self._send(client, "chat_message", body=body, id=body)
            while waiting or self._unsent:
                while waiting and len(self._unsent) < WINDOW:
                    self._unsent.append(body := waiting.pop())
                    self._send(client, "chat_message", body=body, id=body)
                    time.sleep(self._pause)
                self._take(client, PATIENCE)
                self._do_something(client)

    def _open(self) -> ClientConnection:
        answer = self._server.call("POST", "/api/chat/ticket/", token=self._person.access)
        answer.raise_for_status()
        base = self._server.url.replace("http://localhost", "ws://127.0.0.1")
        return connect(f"{base}/ws/user/?ticket={answer.json()['ticket']}", compression=None, ping_interval=None)

    def _send(self, client: ClientConnection, event: str, **data: Any) -> None:
        if event != "sync":
            data["conversation"] = self._conversation
        client.send(json.dumps({"event": event, "data": data}))

    def _sync(self, client: ClientConnection) -> None:
        self._is_synced = False
        self._send(client, "sync", after={self._conversation: {"seq": self._last, "change_seq": self._synced_change}})

    def _do_something(self, client: ClientConnection) -> None:
        chance = self._random.random()
        if chance < 0.05 and self.acknowledged:
            mine = [seq for seq, text in list(self.messages.items())[-50:] if text.split("!")[0] in self.acknowledged]
            if mine:
                seq = self._random.choice(mine)
                self._send(client, "edit_message", seq=seq, body=f"{self.messages[seq].split('!')[0]}!{chance}")
        elif chance < 0.1 and self._last:
            self._send(client, "mark_read", seq=self._last)

    def _take(self, client: ClientConnection, patience: float) -> None:
        frame = json.loads(client.recv(patience))
        if not isinstance(frame, dict):
            return
        event, data = frame["event"], frame["data"]
        if event == "message_stored":
            self._store(data)
            if data["seq"] > self._last + WINDOW * 4:
                self._sync(client)
        elif event in CHANGES and data["change_seq"] > self._changed.get(data["seq"], 0):
            self._changed[data["seq"]] = data["change_seq"]
            self.messages[data["seq"]] = data["body"]
        elif event == "message_refused":
            self._send(client, "chat_message", body=data["client_id"], id=data["client_id"])
        elif event == "synced":
            self._finish_sync(client, data["more"].get(self._conversation))

    def _store(self, data: dict[str, Any]) -> None:
        seq, changed = data["seq"], data.get("change_seq") or 0
        if seq not in self.messages or changed > self._changed.get(seq, 0):
            self.messages[seq], self._changed[seq] = data["body"], changed
        if (client_id := data.get("client_id")) in self._unsent:
            self._unsent.remove(client_id)
            self.acknowledged.add(client_id)

    def _finish_sync(self, client: ClientConnection, more: dict[str, int] | None) -> None:
        if more is None:
            self._is_synced = True
            return
        self._synced_change = max(self._synced_change, more["change_seq"] or 0)
        self._send(client, "sync", after={self._conversation: more})


def cut_at_random(devices: list[Device], until: threading.Event, seed: int) -> None:
    """Break connections every one to five seconds."""
    chance = random.Random(seed)
    while not until.wait(chance.uniform(1, 5)):
        chance.choice(devices).cut()
