"""A real SMTP server for tests, which records what it receives."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.local_server import START_TIMEOUT
from tools.cloud.mail import Mail, read_mail

HOST = "127.0.0.1"


class Postbox:
    """The server side of the SMTP dialog; refuses addresses in `refused`, and everything while `closed`.

    `replies` override the reply to a command (MAIL, RCPT or DATA), which is then not carried out. With `breaks_off`,
    the connection closes before the reply to a complete mail. Accepting a mail takes `seconds`.
    """

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.recipients: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.refused: set[str] = set()
        self.closed = False
        self.replies: dict[str, str] = {}
        self.breaks_off = False
        self.seconds = 0.0
        self.receiving = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.replies:
            return self.replies["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.closed:
            return "421 closing"
        if address in self.refused:
            return "550 no such mailbox"
        if "RCPT" in self.replies:
            return self.replies["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.receiving.set()
        if self.breaks_off:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if "DATA" in self.replies:
            return self.replies["DATA"]
        await asyncio.sleep(self.seconds)
        await server.loop.run_in_executor(None, self.may_answer.wait, 20)
        assert isinstance(envelope.content, bytes)
        self.mails.append(read_mail(envelope.content))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _method: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)


@contextmanager
def smtp_server(port: int, postbox: Postbox | None = None, **options: Any) -> Iterator[Postbox]:
    """Run a server on a port; `options` are aiosmtpd's."""
    postbox = postbox or Postbox()
    settings = {"authenticator": postbox.authenticate, "ready_timeout": START_TIMEOUT, **options}
    controller = Controller(postbox, hostname=HOST, port=port, **settings)
    controller.start()
    try:
        yield postbox
    finally:
        postbox.may_answer.set()
        controller.stop()


def server_context(certificate: Any) -> ssl.SSLContext:
    """A TLS context with a certificate from trustme."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
