"""Version 2: the wire of the newer frontend (docs/contract-newer.md). Sign-in by cookies, pages, absolute addresses."""

PREFIX = "/v2"
