"""The page behind mailed links about a change of address: it works even if the frontend does not support them."""

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse

from functions.accounts.email_changes.queries import Link
from shared.kit.errors import AppError
from shared.kit.http.localized_errors import localize
from shared.kit.http.plain_pages import plain_page
from shared.texts import Language, texts

FORM = '<form method="post">{fields}<button>{button}</button></form>'
FIELD = (
    '<label>{label}<input type="password" name="password" autocomplete="new-password" required maxlength="128"></label>'
)
KEYS = {"change": "email_change", "revoke": "email_revocation"}


def question_page(link: Link, complaints: Sequence[str] = ()) -> HTMLResponse:
    """The page that says what the link does, with a button to do it; `complaints` are about the submitted password."""
    words, key = texts(link.language), KEYS[link.purpose]
    fields = FIELD.format(label=escape(words["email_revocation.password"])) if link.purpose == "revoke" else ""
    alerts = "".join(f'<p role="alert">{escape(localize(each, link.language))}</p>' for each in complaints)
    form = FORM.format(fields=alerts + fields, button=escape(words[f"{key}.button"]))
    return _page(link.language, words[f"{key}.title"], _text(link, "question"), form, 400 if complaints else 200)


def done_page(link: Link) -> HTMLResponse:
    words = texts(link.language)
    return _page(link.language, words[f"{KEYS[link.purpose]}.title"], _text(link, "done"))


def error_page(error: AppError, language: Language) -> HTMLResponse:
    """The page that says why the link does nothing."""
    title = texts(language)["email_change.title"]
    return _page(language, title, localize(error.detail, language), status=error.status)


def _text(link: Link, which: str) -> str:
    words = texts(link.language)[f"{KEYS[link.purpose]}.{which}"]
    return words.format(old=link.old_email, new=link.new_email)


def _page(language: Language, title: str, text: str, form: str = "", status: int = 200) -> HTMLResponse:
    return plain_page(language, escape(title), f"<p>{escape(text)}</p>{form}", status)
