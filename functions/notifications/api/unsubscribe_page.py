"""The page behind the unsubscribe links in mails."""

from html import escape

from starlette.responses import HTMLResponse

from shared.domain.topics import Topic
from shared.kit.errors import AppError
from shared.kit.http.localized_errors import localize
from shared.kit.http.plain_pages import plain_page
from shared.texts import Language, texts

FORM = """
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click"><button>{button}</button>
</form>
"""


def question_page(topic: Topic, language: Language) -> HTMLResponse:
    return _page("question", topic, language, FORM.format(button=escape(texts(language)["unsubscribe.button"])))


def done_page(topic: Topic, language: Language) -> HTMLResponse:
    return _page("done", topic, language)


def error_page(error: AppError, language: Language) -> HTMLResponse:
    """The page that says why the link does not work."""
    title = escape(texts(language)["unsubscribe.title"])
    return plain_page(language, title, f"<p>{escape(localize(error.detail, language))}</p>", error.status)


def _page(which: str, topic: Topic, language: Language, form: str = "") -> HTMLResponse:
    words = texts(language)
    text = words[f"unsubscribe.{which}"].format(topic=words[f"topic.{topic}"])
    return plain_page(language, escape(words["unsubscribe.title"]), f"<p>{escape(text)}</p>{form}")
