"""The ways to send mails: SMTP, SES, a folder."""

import smtplib
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import boto3
import pytest
import trustme
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from functions.mail import transports
from functions.mail.account_emails import confirmation
from functions.mail.email_message import as_message
from functions.mail.transports import MailRefused, NotSent, Uncertain, transport
from shared.kit.aws import clients
from shared.kit.environment import BadSetting
from tests.conftest import read_settings_again
from tests.support.local_server import free_port
from tests.support.smtp_server import HOST, Postbox, server_context, smtp_server
from tools.cloud.mail import read_mail

LINK = "http://localhost:5173/account/confirm-email/?token=abc"


def message(to: str = "ola@example.com", sender: str = "Korepetycje Łódź <no-reply@example.com>") -> EmailMessage:
    return as_message(confirmation("Łucja", LINK, 7), sender, to)


def assert_readable(raw: bytes) -> None:
    mail = read_mail(raw)
    assert (mail.to, mail.sender) == ("ola@example.com", "Korepetycje Łódź <no-reply@example.com>")
    assert "Cześć Łucja," in mail.text
    assert raw.isascii()


def test_smtp_sends_the_mail() -> None:
    port = free_port()
    with smtp_server(port) as postbox:
        transport(f"smtp://{HOST}:{port}")(message())
    [mail] = postbox.mails
    assert postbox.recipients == [mail.to] == ["ola@example.com"]
    assert (mail.sender, postbox.logins) == ("Korepetycje Łódź <no-reply@example.com>", [])
    assert LINK in mail.text


def test_smtp_signs_in_with_the_credentials_in_the_url() -> None:
    port = free_port()
    with smtp_server(port, auth_require_tls=False) as postbox:
        transport(f"smtp://post%40example.com:a%2Fb%3Ac@{HOST}:{port}")(message())
    assert postbox.logins == [("post@example.com", "a/b:c")]
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("scheme", ["smtps://{}", "smtp://{}?starttls"])
def test_tls_requires_a_trusted_certificate(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    context, port = server_context(authority.issue_cert(HOST)), free_port()
    implicit = scheme.startswith("smtps")
    options = {"ssl_context": context} if implicit else {"tls_context": context, "require_starttls": True}
    known = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(known))
    with smtp_server(port, **options) as postbox:
        send = transport(scheme.format(f"{HOST}:{port}"))
        with pytest.raises(NotSent, match="certificate verify failed"):
            send(message())
        assert postbox.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        send(message())
    assert len(postbox.mails) == 1


def test_an_unreachable_server_raises_not_sent() -> None:
    with pytest.raises(NotSent, match="refused") as caught:
        transport(f"smtp://{HOST}:{free_port()}")(message())
    assert not isinstance(caught.value, MailRefused)


def test_a_refused_address_differs_from_an_unreachable_server() -> None:
    port, postbox = free_port(), Postbox()
    postbox.refused = {"ola@example.com"}
    with smtp_server(port, postbox), pytest.raises(MailRefused, match="no such mailbox"):
        transport(f"smtp://{HOST}:{port}")(message())


def test_a_folder_stores_each_mail_in_a_file(tmp_path: Path) -> None:
    send = transport(f"file://{tmp_path / 'a' / 'mail'}")
    for _ in range(3):
        send(message())
    files = list((tmp_path / "a" / "mail").iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "a" / "mail").stat().st_mode) == 0o700
    for path in files:
        assert path.suffix == ".eml"
        assert_readable(path.read_bytes())


def test_a_folder_that_cannot_be_written_to_raises_not_sent(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(NotSent):
        transport(f"file://{tmp_path / 'taken'}")(message())


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        clients.sesv2.cache_clear()
        yield
    clients.sesv2.cache_clear()


def test_ses_receives_the_whole_message(ses: None) -> None:
    boto3.client("sesv2").create_email_identity(EmailIdentity="example.com")
    transport("ses:")(message())
    [sent] = ses_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].sent_messages
    assert "ola@example.com" in sent.destinations
    assert_readable(sent.raw_data.encode())


@pytest.mark.parametrize(("name", "given"), [("", {}), ("tutoring", {"ConfigurationSetName": "tutoring"})])
def test_ses_is_given_the_configuration_set_that_reports_bounces(
    ses: None, monkeypatch: pytest.MonkeyPatch, name: str, given: dict[str, str]
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda _client, _operation, parameters: asked.append(parameters))
    monkeypatch.setenv("MAIL_CONFIGURATION_SET", name)
    read_settings_again()
    transport("ses:")(message())
    assert [{key: each[key] for key in each.keys() - {"Destination", "Content"}} for each in asked] == [given]
    monkeypatch.undo()
    read_settings_again()


def test_a_mail_that_ses_refuses_raises_mail_refused(ses: None) -> None:
    with pytest.raises(MailRefused, match="MessageRejected"):
        transport("ses:")(message())


def test_ses_being_unreachable_raises_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://{HOST}:{free_port()}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    clients.sesv2.cache_clear()
    with pytest.raises(NotSent, match="Could not connect") as caught:
        transport("ses:")(message())
    assert not isinstance(caught.value, MailRefused)
    clients.sesv2.cache_clear()


@pytest.mark.parametrize(
    "url", ["", "example.com", "http://user:hunter2@example.com", "smtp+tls://user:hunter2@x", "smtp://["]
)
def test_other_urls_are_invalid_settings_and_their_password_is_not_shown(url: str) -> None:
    with pytest.raises(BadSetting, match="MAIL_URL is not valid") as caught:
        transport(url)
    assert "hunter2" not in str(caught.value)


def test_an_accepted_mail_counts_as_sent_however_the_connection_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    with smtp_server(port) as postbox:
        monkeypatch.setattr(smtplib.SMTP, "quit", broken)
        transport(f"smtp://{HOST}:{port}")(message())
    assert postbox.recipients == ["ola@example.com"]


def broken(_connection: smtplib.SMTP) -> None:
    raise smtplib.SMTPServerDisconnected("gone")


def test_a_server_that_stops_answering_leaves_a_mail_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "TIMEOUT", 0.5)
    port = free_port()
    with smtp_server(port) as postbox:
        postbox.may_answer.clear()
        with pytest.raises(Uncertain):
            transport(f"smtp://{HOST}:{port}")(message())


def ses_error(code: str, status: int) -> ClientError:
    answered: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answered, "SendEmail")


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        (ReadTimeoutError(endpoint_url="https://email.eu-central-1.amazonaws.com"), Uncertain),
        (ses_error("InternalFailure", 500), Uncertain),
        (ses_error("TooManyRequestsException", 429), NotSent),
    ],
)
def test_the_answer_of_ses_decides_whether_a_mail_may_have_been_sent(
    ses: None, monkeypatch: pytest.MonkeyPatch, answer: Exception, fate: type[Exception]
) -> None:
    attempts: list[str] = []

    def fail(_client: object, operation: str, _parameters: object) -> None:
        attempts.append(operation)
        raise answer

    monkeypatch.setattr(BaseClient, "_make_api_call", fail)
    with pytest.raises(NotSent) as caught:
        transport("ses:")(message())
    assert type(caught.value) is fate
    assert attempts == ["SendEmail"]


def test_requests_to_ses_are_not_retried(ses: None) -> None:
    """A retry by botocore after a lost answer would send a second mail."""
    config: Any = clients.sesv2().meta.config
    assert config.retries["total_max_attempts"] == 1
