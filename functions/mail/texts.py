"""What mails say, in Polish, as plain text and HTML."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape


@dataclass(frozen=True)
class Letter:
    """One mail: paragraphs with a link between them."""

    subject: str
    greeting: str
    before: str
    link_text: str
    link: str
    after: str


def confirmation(first_name: str, link: str, days: int) -> Letter:
    return Letter(
        subject="Potwierdzenie adresu email",
        greeting=_greeting(first_name),
        before="dziękujemy za założenie konta. Potwierdź swój adres e-mail, aby móc się zalogować:",
        link_text="Potwierdź adres e-mail",
        link=link,
        after=f"Link jest ważny przez {days} dni. Jeśli to nie Ty zakładasz konto, zignoruj tę wiadomość.",
    )


def password_reset(first_name: str, link: str, minutes: int) -> Letter:
    return Letter(
        subject="Resetowanie hasla",
        greeting=_greeting(first_name),
        before="otrzymaliśmy prośbę o zmianę hasła do Twojego konta. Nowe hasło ustawisz tutaj:",
        link_text="Ustaw nowe hasło",
        link=link,
        after=f"Link jest ważny przez {minutes} minut i działa raz. Jeśli to nie Twoja prośba, zignoruj tę wiadomość;"
        " Twoje hasło pozostaje bez zmian.",
    )


# Whoever registers an address may not own it: what does not read like a name is not mailed to it.
NAME = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")
MAX_NAME = 40


def _greeting(first_name: str) -> str:
    is_name = len(first_name) <= MAX_NAME and NAME.fullmatch(first_name)
    return f"Cześć {first_name}," if is_name else "Cześć,"


HTML = """\
<!doctype html>
<html lang="pl">
<body style="margin:0;padding:24px;background:#f4f4f8;font-family:system-ui,sans-serif;color:#1f1d2b">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border-radius:12px">
<p style="margin-top:0">{greeting}</p>
<p>{before}</p>
<p style="margin:28px 0"><a href="{link}" style="display:inline-block;padding:12px 20px;border-radius:8px;\
background:#5b4bdb;color:#fff;text-decoration:none">{link_text}</a></p>
<p style="color:#5c5970;font-size:14px">{after}</p>
<p style="color:#5c5970;font-size:12px;word-break:break-all">{link}</p>
</div>
</body>
</html>
"""


def as_message(letter: Letter, sender: str, recipient: str) -> EmailMessage:
    """A multipart message (RFC 2046 alternative), plain text first."""
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("<> ") or None)
    message.set_content(f"{letter.greeting}\n\n{letter.before}\n\n{letter.link}\n\n{letter.after}\n")
    fields = {name: escape(value) for name, value in vars(letter).items()}
    message.add_alternative(HTML.format(**fields), subtype="html")
    return message
