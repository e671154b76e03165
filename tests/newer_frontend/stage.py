"""All visitors, and the server side: the inbox, and API calls for which the frontend has no page."""

import re
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests.newer_frontend.visitor import PASSWORD, Visitor

WARSAW = ZoneInfo("Europe/Warsaw")
MAIL_SECONDS = 20.0


@dataclass
class Stage:
    api: httpx.Client
    student: Visitor
    tutor: Visitor

    @property
    def day(self) -> datetime:
        """The day of the tutor's slots."""
        return datetime.now(WARSAW) + timedelta(days=3)

    def link(self, visitor: Visitor) -> str:
        """The link in the newest mail to a visitor."""
        deadline = time.monotonic() + MAIL_SECONDS
        while not (mails := self.api.get(f"/_local/mail?to={visitor.email}").json()):
            assert time.monotonic() < deadline, f"no mail to {visitor.email}"
            time.sleep(0.1)
        found = re.search(r"https?://\S+", mails[0]["text"])
        assert found, mails[0]["text"]
        return found.group()

    def newcomer(self, like: Visitor) -> Visitor:
        """Another visitor with an account, without an open page."""
        other = replace(like, first_name="Celina", email=like.email.replace("ala.", "celina."))
        account = {"first_name": "Celina", "last_name": like.last_name, "is_tutor": False}
        new = {"email": other.email, "password": PASSWORD, **account}
        self.api.post("/api/user/create/", json=new).raise_for_status()
        token = self.link(other).partition("token=")[2]
        self.api.post("/api/user/confirm_user/", json={"token": token}).raise_for_status()
        return other

    def call(self, visitor: Visitor, method: str, path: str, body: Any = None) -> Any:
        """Sign in as a visitor and call the API."""
        pair = self.api.post("/api/token/", json={"email": visitor.email, "password": PASSWORD}).raise_for_status()
        headers = {"Authorization": f"Bearer {pair.json()['access']}"}
        return self.api.request(method, path, json=body, headers=headers).raise_for_status().json()
