"""Which e-mail addresses can be mailed as they are written."""

# Mail readers decode what stands behind it in a header (RFC 2047, encoded words): the address mailed is another one.
ENCODED_WORD = "=?"


def is_mailed_as_written(address: str) -> bool:
    return ENCODED_WORD not in address
