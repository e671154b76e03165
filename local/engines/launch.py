"""Replaces itself with another program, which is ended when the process that asked for it dies.

`python -m local.engines.launch PARENT SIGNAL PROGRAM ARGUMENTS…`. The program gets SIGNAL when its parent dies, for
whatever reason. PostgreSQL refuses to run as root: for root the program runs as an ordinary user, in a user namespace
of its own where the kernel allows that, so that it keeps reading root's folders.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
ORDINARY_USER = 1000
NOBODY = 65_534


def main() -> None:
    parent, death_signal, program, *arguments = sys.argv[1:]
    if os.geteuid() == 0 and Path(program).name != "valkey-server":
        become_ordinary()
    # After the change of user, which would clear the setting.
    die_with_parent(int(parent), int(death_signal))
    os.execv(program, [program, *arguments])  # noqa: S606  # replacing this process is the point


def die_with_parent(parent: int, death_signal: int) -> None:
    """Request a signal for when the parent of this process ends, even if it is killed; on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it ended before the signal was asked for
            os.kill(os.getpid(), death_signal)


def become_ordinary() -> None:
    """Give up root: through a user namespace, or else by becoming `nobody`."""
    gid = os.getegid()
    if sys.platform == "linux" and ctypes.CDLL(None).unshare(CLONE_NEWUSER) == 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{ORDINARY_USER} 0 1")
        Path("/proc/self/gid_map").write_text(f"{ORDINARY_USER} {gid} 1")
    else:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


if __name__ == "__main__":
    main()
