"""Who takes part in a conversation."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


# Rows extend it, which they could not do with a NamedTuple.
@dataclass(eq=False, repr=False)
class Member:
    """A member as shown beside messages."""

    id: str
    first_name: str
    last_name: str
    picture: str | None


class Membership(NamedTuple):
    """A conversation seen by one of its members.

    `last_seq` and `change_seq` are the numbers of its last message and its last change, 0 without any; `has_hidden`
    says whether the member has hidden messages of it, `read_seq` up to which message they have read.
    """

    last_seq: int
    change_seq: int
    members: dict[str, Member]
    has_hidden: bool = False
    read_seq: int = 0


def pair_key(one: UUID, other: UUID) -> str:
    """The same key in both orders; unique, so that two users have one conversation."""
    return ":".join(sorted((str(one), str(other))))
