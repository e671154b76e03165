"""What is wrong with an e-mail address that a client sends."""

from email_validator import EmailNotValidError, validate_email

from shared.domain.email_addresses import is_mailed_as_written
from shared.kit.http.fields import NOT_EMAIL

# RFC 5321, section 4.5.3.1.1.
MAX_LOCAL_PART = 64


def email_complaints(text: str) -> list[str]:
    """Addresses are ASCII (RFC 5321), so that every mail server accepts them and letter case is unambiguous.

    An international domain has its xn-- form. Encoded words are refused: mail headers decode them into another address.
    """
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return [NOT_EMAIL]
    return [] if text.isascii() and is_mailed_as_written(text) else [NOT_EMAIL]


def new_email_complaints(text: str) -> list[str]:
    """Older accounts may have addresses that mail servers need not accept; new accounts may not."""
    return email_complaints(text) or ([NOT_EMAIL] if len(text.rpartition("@")[0]) > MAX_LOCAL_PART else [])
