"""Who takes part in a conversation."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Member:
    """A member as shown beside messages."""

    id: str
    first_name: str
    last_name: str
    picture: str | None


@dataclass(frozen=True)
class Membership:
    """A conversation seen by one of its members: who takes part, and the `seq` of its last message (0 without any)."""

    last_seq: int
    members: dict[str, Member]


def pair_key(one: UUID, other: UUID) -> str:
    """The same for both orders; unique, so that two people have one conversation."""
    return ":".join(sorted((str(one), str(other))))
