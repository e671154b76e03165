"""What is compressed with zstd: as starlette-compress has it, from the standard library where that knows zstd."""

import sys

if sys.version_info >= (3, 14):
    from compression.zstd import decompress
else:
    from zstandard import decompress

__all__ = ["decompress"]
