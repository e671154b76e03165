"""What is wrong with an e-mail address that somebody gives."""

from email_validator import EmailNotValidError, validate_email

from shared.domain.email_addresses import is_mailed_as_written
from shared.kit.http.fields import NOT_EMAIL

# RFC 5321, section 4.5.3.1.1.
MAX_LOCAL_PART = 64


def email_complaints(text: str) -> list[str]:
    """Addresses are ASCII (RFC 5321), so that every mail server takes them and case means the same everywhere.

    A domain in other letters has its xn-- form. What a mail header would decode is refused: it names somebody else.
    """
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return [NOT_EMAIL]
    return [] if text.isascii() and is_mailed_as_written(text) else [NOT_EMAIL]


def new_email_complaints(text: str) -> list[str]:
    """Accounts of before may have an address that mail servers need not take; new ones may not."""
    return email_complaints(text) or ([NOT_EMAIL] if len(text.rpartition("@")[0]) > MAX_LOCAL_PART else [])
