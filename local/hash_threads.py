"""Threads in which a server makes the hashes of passwords, and nothing else.

glibc gives threads heaps of their own, up to eight per processor, and no heap gives back the 19 MB that a hash takes.
When requests' own threads made the hashes, 15 minutes of successive sign-ins left 200 MB behind.
"""

import os
from concurrent.futures import ThreadPoolExecutor

from local.stack import THREADS
from shared.kit.security.password_hashes import Hashing


def install_hash_threads() -> None:
    """Hash in as many threads as there are processors, if as many threads handle requests."""
    threads = ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1), "hashes")
    Hashing.installed = lambda work: threads.submit(work).result()
