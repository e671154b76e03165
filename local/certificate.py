"""A certificate for this machine, signed by its own certificate authority.

Both are kept: a browser that trusts `authority.pem` trusts the server from then on.
"""

import socket
from pathlib import Path

import trustme


def certificate(folder: Path) -> tuple[Path, Path]:
    """Paths of the certificate chain and its key, created on first use."""
    chain, key = folder / "localhost.pem", folder / "localhost.key"
    if not (chain.exists() and key.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA(organization_name="Tutoring platform on this machine")
        issued = authority.issue_cert("localhost", "127.0.0.1", "::1", socket.gethostname())
        authority.cert_pem.write_to_path(folder / "authority.pem")
        key.touch(0o600)
        issued.private_key_pem.write_to_path(key)
        chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    return chain, key
