"""zstd compression, chosen as starlette-compress does: from the standard library if it supports zstd."""

import sys

if sys.version_info >= (3, 14):
    from compression.zstd import decompress
else:
    from zstandard import decompress

__all__ = ["decompress"]
