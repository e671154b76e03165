"""One email and its MIME message: plain text, HTML and perhaps an entry for a calendar."""

from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, make_msgid
from html import escape
from typing import NamedTuple

from shared.kit.text import without_controls
from shared.texts import DEFAULT_LANGUAGE, Language


@dataclass(frozen=True)
class CalendarEntry:
    """An iCalendar object; `method` is REQUEST or CANCEL, or PUBLISH for several entries (RFC 5546)."""

    method: str
    content: bytes
    file_name: str


class Fact(NamedTuple):
    """A row of the table of facts; `is_link`: the value is an address to go to."""

    name: str
    value: str
    is_link: bool = False


class Aside(NamedTuple):
    """An alternative for readers whom the email's main link does not suit: a paragraph and its link."""

    text: str
    link_text: str
    link: str


@dataclass(frozen=True)
class Email:
    """What an email says: paragraphs with a link between them, perhaps a table of facts and an entry for a calendar."""

    subject: str
    greeting: str
    before: str
    link_text: str
    link: str
    after: str
    facts: tuple[Fact, ...] = ()
    aside: Aside | None = None
    calendar: CalendarEntry | None = None
    language: Language = DEFAULT_LANGUAGE
    # The one-click unsubscribe link for such emails (RFC 8058).
    unsubscribe: Aside | None = None

    @property
    def asides(self) -> list[Aside]:
        return [each for each in (self.aside, self.unsubscribe) if each]

    @property
    def rows(self) -> list[Fact]:
        """The facts, each forced onto one line so that it cannot look like another part of the email."""
        return [fact._replace(value=" ".join(without_controls(fact.value).split())) for fact in self.facts]


# It fits a phone 320 px wide: no width is fixed, and a long word or address breaks anywhere.
HTML = """\
<!doctype html>
<html lang="{language}">
<head><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:12px;background:#f4f4f8;font-family:system-ui,sans-serif;color:#1f1d2b">
<div style="max-width:520px;margin:0 auto;padding:20px;background:#fff;border-radius:12px;\
word-break:break-word;overflow-wrap:anywhere">
<p style="margin-top:0">{greeting}</p>
<p>{before}</p>{facts}
<p style="margin:28px 0"><a href="{link}" style="display:inline-block;padding:12px 20px;border-radius:8px;\
background:#5b4bdb;color:#fff;text-decoration:none">{link_text}</a></p>
<p style="color:#5c5970;font-size:14px">{after}</p>
<p style="color:#5c5970;font-size:12px">{link}</p>{asides}
</div>
</body>
</html>
"""

# Characters of a subject that fit into its first line.
ONE_LINE = 60
UNSUBSCRIBE = "List-Unsubscribe"


class _Policy(EmailPolicy):
    """Folds subjects with the older code: the newer may fold before the first word, which some clients show as a blank.

    Unsubscribe addresses are not folded: they would become encoded words.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name == UNSUBSCRIBE:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if name != "Subject":
            return super().fold_binary(name, value)
        charset = "us-ascii" if value.isascii() and len(value) <= ONE_LINE else "utf-8"
        folded = Header(str(value), charset, header_name=name).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}".encode("ascii")


# Some mail servers accept no more.
SEVEN_BIT = _Policy(cte_type="7bit")


def as_message(email: Email, sender: str, recipient: str) -> EmailMessage:
    """A multipart message (RFC 2046 alternative), plain text first."""
    message = EmailMessage(SEVEN_BIT)
    message["Subject"] = email.subject
    sender_name, _, sender_address = (part.strip('"<> ') for part in sender.rpartition("<"))
    message["From"] = _structured(sender_address, sender_name)
    message["To"] = _structured(recipient)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender_address.rpartition("@")[2] or None)
    # Keeps out-of-office responders from replying, since their replies may be answered too (RFC 3834, section 5).
    message["Auto-Submitted"] = "auto-generated"
    if email.unsubscribe:
        message[UNSUBSCRIBE] = f"<{email.unsubscribe.link}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    facts = "".join(f"{fact.name}: {fact.value}\n" for fact in email.rows)
    text = f"{email.before}\n\n{facts}".rstrip()
    # The email's own link comes first, because clients that look for one link take the first.
    asides = "".join(f"\n{aside.text}\n\n{aside.link}\n" for aside in email.asides)
    message.set_content(f"{email.greeting}\n\n{text}\n\n{email.link}\n\n{email.after}\n{asides}")
    message.add_alternative(_html(email), subtype="html")
    if email.calendar:
        _add_calendar(message, email.calendar)
    # Set last: converting to multipart moves such headers into the first part.
    message["Content-Language"] = email.language
    return message


def _structured(address: str, name: str = "") -> Address:
    """An address built from its parts, so that nothing in it is parsed as another address or a list."""
    local_part, _, domain = address.rpartition("@")
    return Address(name, local_part, domain)


FACTS = '\n<table style="border-collapse:collapse">{}</table>'
FACT = (
    '<tr><td style="padding:4px 12px 4px 0;color:#5c5970;vertical-align:top;word-break:normal;overflow-wrap:normal">'
    '{}</td><td style="padding:4px 0;vertical-align:top">{}</td></tr>'
)
ASIDE = (
    '\n<p style="color:#5c5970;font-size:14px">{}</p>\n'
    '<p style="font-size:14px"><a href="{}" style="color:#5b4bdb">{}</a></p>'
)
LINK = '<a href="{0}" style="color:#5b4bdb">{0}</a>'


def _html(email: Email) -> str:
    texts = ("language", "greeting", "before", "link_text", "link", "after")
    rows = "".join(FACT.format(escape(fact.name), _value(fact)) for fact in email.rows)
    fields = {name: escape(getattr(email, name)) for name in texts}
    return HTML.format(**fields, facts=FACTS.format(rows) if rows else "", asides="".join(map(_aside, email.asides)))


def _aside(aside: Aside) -> str:
    return ASIDE.format(escape(aside.text), escape(aside.link), escape(aside.link_text))


def _value(fact: Fact) -> str:
    return LINK.format(escape(fact.value)) if fact.is_link else escape(fact.value)


def _add_calendar(message: EmailMessage, entry: CalendarEntry) -> None:
    """Add it as a third alternative, which calendars process (RFC 6047), and as a file to open by hand."""
    parameters = {"method": entry.method, "charset": "utf-8"}
    message.add_alternative(entry.content, maintype="text", subtype="calendar", cte="base64", params=parameters)
    message.add_attachment(entry.content, maintype="application", subtype="ics", filename=entry.file_name)
