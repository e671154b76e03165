"""Mail transports, chosen by MAIL_URL: ses:, smtp://…, smtps://… or file:///folder."""

import secrets
import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from shared.kit.aws import clients
from shared.kit.environment import BadSetting
from shared.kit.settings import settings

TIMEOUT = 10.0
SERVER_ERROR = 500
# Source: RFC 5321, 4.2.3 (mailbox unavailable, user not local, name not allowed)
NO_MAILBOX = {550, 551, 553}
Transport = Callable[[EmailMessage], None]


# SES errors about one mail; any other error affects all mails.
SES_REJECTIONS = frozenset({"BadRequestException", "MessageRejected"})


class NotSent(Exception):
    """The mail could not be handed over; it is tried again later."""


class MailRefused(NotSent):
    """The server answers, but refuses this mail: others may go."""


class AddressRefused(MailRefused):
    """There is no such mailbox."""


class Uncertain(NotSent):
    """The connection broke while the mail was handed over: the server may have accepted it."""


def transport(mail_url: str) -> Transport:
    """The transport named by MAIL_URL. Raises BadSetting."""
    with suppress(ValueError):  # an unmatched bracket, or an invalid port
        url = urlsplit(mail_url)
        match url.scheme:
            case "ses":
                return _send_by_ses
            case "smtp" | "smtps" if url.hostname and url.port != 0:
                return lambda message: _send_by_smtp(url, message)
            case "file" if not url.netloc:
                return lambda message: _put_into_folder(Path(url.path), message)
    # Do not repeat the URL: it may contain a password.
    raise BadSetting("MAIL_URL is not valid: expected ses:, smtp://host:port, smtps://host:port or file:///folder")


def _send_by_ses(message: EmailMessage) -> None:
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        # The message names the sender, encoded if necessary.
        clients.sesv2().send_email(
            Destination={"ToAddresses": [message["To"]]},
            Content={"Raw": {"Data": message.as_bytes()}},
            **_configuration_set(),
        )
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= SERVER_ERROR:
            raise Uncertain(str(error)) from error
        refused = error.response["Error"]["Code"] in SES_REJECTIONS
        raise (MailRefused if refused else NotSent)(str(error)) from error
    except HTTPClientError as error:  # connected, but no response
        raise Uncertain(str(error)) from error
    except BotoCoreError as error:
        raise NotSent(str(error)) from error


def _configuration_set() -> dict[str, Any]:
    """The configuration set, if any: SES accepts no empty name."""
    name = settings().mail_configuration_set
    return {"ConfigurationSetName": name} if name else {}


def _send_by_smtp(url: SplitResult, message: EmailMessage) -> None:
    server = partial(smtplib.SMTP_SSL, context=_trusted()) if url.scheme == "smtps" else smtplib.SMTP
    try:
        connection = server(url.hostname or "localhost", url.port or 0, timeout=TIMEOUT)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(str(error)) from error
    try:
        _sign_in(connection, url)
        _hand_over(connection, message)
    finally:
        _quit(connection)


def _trusted() -> ssl.SSLContext:
    """A context that requires a certificate from a trusted authority: smtplib by itself accepts any certificate."""
    return ssl.create_default_context()


def _sign_in(connection: smtplib.SMTP, url: SplitResult) -> None:
    try:
        if url.query == "starttls":
            connection.starttls(context=_trusted())
        if url.username:
            connection.login(unquote(url.username), unquote(url.password or ""))
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(str(error)) from error


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _text in error.recipients.values()}
        raise (AddressRefused if codes <= NO_MAILBOX else MailRefused)(str(error)) from error
    except (smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
        raise MailRefused(str(error)) from error
    except smtplib.SMTPResponseException as error:  # the server refused
        raise NotSent(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Uncertain(str(error)) from error


def _quit(connection: smtplib.SMTP) -> None:
    """Quit, ignoring the server's response: the mail was already accepted."""
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _put_into_folder(folder: Path, message: EmailMessage) -> None:
    """Write each mail to an .eml file; names sort by time. Renamed once complete, so that no reader sees half a mail.

    Mails contain links that open accounts, so only the owner can read the files.
    """
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    part, final = folder / f"{name}.part", folder / f"{name}.eml"
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        part.touch(0o600)
        part.write_bytes(message.as_bytes())
        part.replace(final)
    except OSError as error:
        raise NotSent(str(error)) from error
