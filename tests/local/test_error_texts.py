"""What the pages say about errors."""

import re

from local.openapi import description
from local.web_pages import FOLDER


def test_the_pages_explain_every_error_code_of_the_api() -> None:
    codes = description()["components"]["schemas"]["ErrorCode"]["enum"]
    meanings = re.findall(r'^  (\w+): "[A-Z][^"]+\.",$', (FOLDER / "errors.js").read_text(), re.MULTILINE)
    assert meanings == sorted(codes)
