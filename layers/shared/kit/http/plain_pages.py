"""Pages behind links in mails: HTML without scripts or external resources."""

from starlette.responses import HTMLResponse

HTML = """\
<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ margin: 0; padding: 12px; background: #f4f4f8; color: #1f1d2b; font-family: system-ui, sans-serif }}
main {{ max-width: 480px; margin: 40px auto; padding: 24px; background: #fff; border-radius: 12px;
  overflow-wrap: anywhere }}
label {{ display: block; margin: 16px 0 }}
input {{ display: block; box-sizing: border-box; width: 100%; margin-top: 4px; padding: 10px; font: inherit }}
button {{ padding: 12px 20px; border: 0; border-radius: 8px; background: #5b4bdb; color: #fff; font: inherit }}
[role=alert] {{ color: #b3261e }}
</style></head>
<body><main><h1>{title}</h1>{content}</main></body>
</html>
"""
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    # The URL is the credential, so it must not reach other sites.
    "referrer-policy": "no-referrer",
}


def plain_page(language: str, title: str, content: str, status: int = 200) -> HTMLResponse:
    """A page with a title, and content that is already HTML."""
    text = HTML.format(language=language, title=title, content=content)
    return HTMLResponse(text, status, {**HEADERS, "content-language": language})
