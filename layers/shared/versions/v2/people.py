"""Conversations and messages with all fields of version 2, even after a person's account was deleted."""

from typing import Any

from shared.domain.pictures import picture_path

# The person shown for a deleted account.
NOBODY = {"id": None, "first_name": "", "last_name": "", "profile_image": picture_path(None)}


def with_both(conversation: dict[str, Any]) -> dict[str, Any]:
    """Add both people to a conversation, and who opened it, which is not stored."""
    last, people = conversation["last_message"], conversation["users"]
    return {
        **conversation,
        "last_message": last and with_file(last),
        "users": [*people, NOBODY] if len(people) == 1 else people,
        "created_by": None,
    }


# All keys of a message in this version.
MESSAGE = ("id", "conversation", "body", "created_at")


def with_file(message: dict[str, Any]) -> dict[str, Any]:
    """A message with an author, and with a file or null.

    A message without text gets the file's name; if there are several files, the others are listed in the text.
    """
    first, *others = message.get("attachments") or [None]
    body = message["body"] or (first["name"] if first else "")
    lines = [body, *(f"{each['name']} {each['url']}" for each in others)]
    author = message["created_by"] or NOBODY
    kept = {name: message[name] for name in MESSAGE}
    return {**kept, "body": "\n".join(lines), "created_by": author, "file": first and first["url"]}
