"""The paths of WebSockets, and how they are rewritten for the WebSocket API."""

import re
from urllib.parse import parse_qsl

from shared.kit.http.middleware import Scope

CHAT_PATH = "/ws/chat/"
NOTIFICATIONS_PATH = "/ws/notification/user/"
USER_PATH = "/ws/user/"
ROOT_PATH = "/ws/"
# A socket of an API version: the version number and the path without it.
VERSIONED = re.compile(r"/v(\d{1,4})(/ws/.*)", re.DOTALL)


def stage_query(scope: Scope) -> dict[str, str] | None:
    """The query string that the stage root receives; None for paths without a socket.

    On AWS, CloudFront turns /ws/chat/<conversation>/, /ws/notification/user/ and /ws/user/ into the root with query
    parameters, including the path's API version.
    """
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    query.pop("version", None)
    path = scope["path"]
    if versioned := VERSIONED.fullmatch(path):
        query["version"], path = versioned.groups()
    if path == ROOT_PATH:
        return query
    if path.removesuffix("/") == NOTIFICATIONS_PATH.removesuffix("/"):
        return {**query, "notifications": "1"}
    if path.removesuffix("/") == USER_PATH.removesuffix("/"):
        return {**query, "user": "1"}
    if not path.startswith(CHAT_PATH):
        return None
    return {**query, "conversation": path.removeprefix(CHAT_PATH).removesuffix("/")}
