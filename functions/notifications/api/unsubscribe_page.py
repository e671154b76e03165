"""The page behind the link with which people end mails about a topic."""

from html import escape

from starlette.responses import HTMLResponse

from shared.domain.topics import Topic
from shared.texts import Language, texts

HTML = """\
<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ margin: 0; padding: 12px; background: #f4f4f8; color: #1f1d2b; font-family: system-ui, sans-serif }}
main {{ max-width: 480px; margin: 40px auto; padding: 24px; background: #fff; border-radius: 12px }}
button {{ padding: 12px 20px; border: 0; border-radius: 8px; background: #5b4bdb; color: #fff; font: inherit }}
</style></head>
<body><main><h1>{title}</h1><p>{text}</p>{form}</main></body>
</html>
"""
FORM = """
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click"><button>{button}</button>
</form>
"""
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    # The address is what ends the mails.
    "referrer-policy": "no-referrer",
}


def question_page(topic: Topic, language: Language) -> HTMLResponse:
    return _page("question", topic, language, FORM.format(button=escape(texts(language)["unsubscribe.button"])))


def done_page(topic: Topic, language: Language) -> HTMLResponse:
    return _page("done", topic, language)


def _page(which: str, topic: Topic, language: Language, form: str = "") -> HTMLResponse:
    words = texts(language)
    text = words[f"unsubscribe.{which}"].format(topic=words[f"topic.{topic}"])
    content = HTML.format(language=language, title=escape(words["unsubscribe.title"]), text=escape(text), form=form)
    return HTMLResponse(content, headers=HEADERS)
