"""The description of the sockets (AsyncAPI 3.0), generated from the types of their events."""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from typing_extensions import is_typeddict

from functions.chat.domain import emojis, message_events, read_events, socket_requests
from functions.chat.domain import events as change_events
from functions.chat.domain.messages import MAX_ATTACHMENTS, MAX_CHARACTERS, MAX_CLIENT_ID
from local.openapi import PROJECT, TITLE
from local.socket_events import FACTS, REQUESTS, Event
from shared.kit.db.integers import MAX_INT64

ABOUT = """\
Chat and notifications in real time. A frame is a JSON object, `{"event": name, "data": {…}}`, of at most 32 KB.
Ignore unknown fields: later versions may add some.

Events can be lost when a socket closes: after a reconnect, fetch what you missed
(`/api/chat/conversation_detail/<id>/?after=<seq>`, `/api/chat/conversations/<id>/changes/?after=<change_seq>`).

An account can have 20 open sockets and send 30 frames per second. Close codes are 1000 (the account opened a 21st
socket), 1001 or 1012 (the server stops, the sign-in session was revoked, or two hours have passed), 1008 (too many
frames) and 1009 (frame too large).
"""
CHANNELS = {
    "user": ("/ws/user/", "Your own socket: all your conversations, notifications and presence.", ("ticket",)),
    "conversation": ("/ws/chat/{conversation}/", "One conversation.", ("token", "protocol")),
    "notifications": ("/ws/notification/user/", "Your notifications only.", ("token",)),
}
QUERY = {
    "ticket": {"type": "string", "description": "From `POST /api/chat/ticket/`; opens one socket, within 30 seconds."},
    "token": {"type": "string", "description": "An access token."},
    "protocol": {"const": "2", "description": "Without it, the socket uses the protocol of the first release."},
}
SCHEMA = "#/components/schemas/{model}"
# By field name: constraints that their types do not express.
SIZES: dict[str, dict[str, Any]] = {
    "body": {"maxLength": MAX_CHARACTERS},
    "id": {"minLength": 1, "maxLength": MAX_CLIENT_ID},
    "seq": {"minimum": 1, "maximum": MAX_INT64},
    "reply_to": {"minimum": 1, "maximum": MAX_INT64},
    "emoji": {"minLength": 1, "maxLength": emojis.MAX_LENGTH},
    "conversation": {"format": "uuid"},
    "attachments": {"minItems": 1, "maxItems": MAX_ATTACHMENTS, "uniqueItems": True},
}


@cache
def description() -> dict[str, Any]:
    """The complete AsyncAPI document."""
    _read_docstrings()
    schemas: dict[str, Any] = {}
    messages = {**dict(_messages("send", REQUESTS, schemas)), **dict(_messages("hear", FACTS, schemas))}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"{TITLE}: sockets",
            "version": tomllib.loads(PROJECT.read_text())["project"]["version"],
            "description": ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"platform": _server()},
        "channels": {name: _channel(name) for name in CHANNELS},
        "operations": dict(_operations()),
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{host}",
        "protocol": "wss",
        "variables": {"host": {"default": "localhost", "description": "The host that serves this description."}},
    }


def _read_docstrings() -> None:
    """Use the docstrings below the fields of the types as their descriptions."""
    for module in (change_events, message_events, read_events, socket_requests):
        for each in vars(module).values():
            if is_typeddict(each):
                each.__pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


def _messages(prefix: str, events: Iterable[Event], schemas: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for event in events:
        data = TypeAdapter(event.data).json_schema(ref_template=SCHEMA, mode="serialization")
        schemas.update(data.pop("$defs", {}))
        if prefix == "send":
            for name, field in data["properties"].items():
                field.update(SIZES.get(name, {}))
        summary = data.get("description", "").partition(".")[0]
        yield (
            message_key(prefix, event),
            {
                "name": event.name,
                "title": event.name,
                "summary": f"{summary}.",
                "payload": _frame_schema(event.name, data),
                "examples": [{"name": event.name, "payload": {"event": event.name, "data": event.example}}],
            },
        )


def message_key(prefix: str, event: Event) -> str:
    """The message's name in the document: an event to the server and one to clients may have the same name."""
    return f"{prefix}_{event.name}"


def _frame_schema(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"event": {"const": name}, "data": data},
        "required": ["event", "data"],
    }


def _of(channel: str) -> Iterator[str]:
    yield from (message_key("send", each) for each in REQUESTS if channel in each.channels)
    yield from (message_key("hear", each) for each in FACTS if channel in each.channels)


def _channel(name: str) -> dict[str, Any]:
    address, about, query = CHANNELS[name]
    channel: dict[str, Any] = {
        "address": address,
        "description": about,
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in _of(name)},
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {
                    "type": "object",
                    "properties": {each: QUERY[each] for each in query},
                    "required": list(query),
                },
                "bindingVersion": "0.1.0",
            }
        },
    }
    if "{conversation}" in address:
        channel["parameters"] = {"conversation": {"description": "The conversation's id."}}
    return channel


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """The server's operations: it receives what clients send."""
    for channel in CHANNELS:
        for prefix, action in (("send", "receive"), ("hear", "send")):
            keys = [key for key in _of(channel) if key.startswith(f"{prefix}_")]
            if keys:
                yield (
                    f"{action}_over_{channel}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{channel}"},
                        "messages": [{"$ref": f"#/channels/{channel}/messages/{key}"} for key in keys],
                    },
                )


if __name__ == "__main__":
    json.dump(description(), sys.stdout, ensure_ascii=False, indent=1)
