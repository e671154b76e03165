"""Which e-mail addresses reach the recipient as they are written."""

# Mail readers decode encoded words in headers (RFC 2047): such an address would become a different one.
ENCODED_WORD = "=?"


def is_mailed_as_written(address: str) -> bool:
    return ENCODED_WORD not in address
