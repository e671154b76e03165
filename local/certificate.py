"""A self-signed certificate for this machine, kept so that browsers need to be told once."""

import socket
from pathlib import Path

import trustme


def certificate(folder: Path) -> tuple[Path, Path]:
    """Paths of the certificate chain and its key, made on first use."""
    chain, key = folder / "localhost.pem", folder / "localhost.key"
    if not (chain.exists() and key.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        issued = trustme.CA(organization_name="Tutoring platform on this machine").issue_cert(
            "localhost", "127.0.0.1", "::1", socket.gethostname()
        )
        key.touch(0o600)
        issued.private_key_pem.write_to_path(key)
        chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    return chain, key
