"""Conversations and messages with all fields of version 2, even after a person's account was deleted."""

from typing import Any

from shared.domain.pictures import picture_path

# Of an account that was deleted.
NOBODY = {"id": None, "first_name": "", "last_name": "", "profile_image": picture_path(None)}


def with_both(conversation: dict[str, Any]) -> dict[str, Any]:
    """A conversation with two people, and with who opened it, which is not kept."""
    last, people = conversation["last_message"], conversation["users"]
    return {
        **conversation,
        "last_message": last and with_file(last),
        "users": [*people, NOBODY] if len(people) == 1 else people,
        "created_by": None,
    }


# Of a message: all that this version has.
MESSAGE = ("id", "conversation", "body", "created_at")


def with_file(message: dict[str, Any]) -> dict[str, Any]:
    """A message with an author, and with a file or null.

    A file without words is called by its name; where there are several, the others stand in the text.
    """
    first, *others = message.get("attachments") or [None]
    body = message["body"] or (first["name"] if first else "")
    lines = [body, *(f"{each['name']} {each['url']}" for each in others)]
    author = message["created_by"] or NOBODY
    kept = {name: message[name] for name in MESSAGE}
    return {**kept, "body": "\n".join(lines), "created_by": author, "file": first and first["url"]}
