"""Connection ids like AWS's; the first four bytes identify the process that holds the socket."""

import base64
import os
import struct

OWNER = struct.Struct(">I")


def new_connection_id() -> str:
    return base64.urlsafe_b64encode(OWNER.pack(os.getpid()) + os.urandom(7)).decode()


def owner_of(connection_id: str) -> int:
    """The process in which a socket is open; 0 for a malformed id."""
    try:
        return int(OWNER.unpack(base64.urlsafe_b64decode(connection_id)[: OWNER.size])[0])
    except (ValueError, struct.error):
        return 0
