"""Reads QR codes as a phone does: from a picture."""

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import zxingcpp
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SVG = "{http://www.w3.org/2000/svg}"
MOVE_OR_LINE = re.compile(r"([Mmh])(-?\d+)(?: (-?[\d.]+))?")
# Pixels per module.
PIXELS = 4


def assert_code_has_key(form: "Page | Locator") -> None:
    """The form for a new app shows the same secret as a QR code, as a link and as a key."""
    picture = form.get_by_role("img", name="QR code for your app").screenshot()
    read = _read(Image.open(io.BytesIO(picture)))
    assert read == form.get_by_role("link", name="open it in the app on this device").get_attribute("href")
    assert f"?secret={form.get_by_label('Key', exact=True).inner_text()}&" in read


def read_svg(svg: str) -> str:
    """The text of a QR code in an SVG document drawn as ours are: a white background and lines one module high."""
    root = ET.fromstring(svg)
    ground, lines = root.findall(f"{SVG}g/{SVG}path")
    assert (ground.get("fill"), lines.get("stroke")) == ("#fff", "#000")
    _, _, width, height = map(int, root.get("viewBox", "").split())
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    x, y = 0, 0.0
    for command, first, second in MOVE_OR_LINE.findall(lines.get("d", "")):
        if command == "h":
            top = int(y) * PIXELS
            pen.rectangle((x * PIXELS, top, (x + int(first)) * PIXELS - 1, top + PIXELS - 1), fill=0)
        x, y = int(first) + x * (command != "M"), float(second or 0) + y * (command != "M")
    return _read(picture)


def _read(picture: Image.Image) -> str:
    [found] = zxingcpp.read_barcodes(picture.convert("L"))
    return found.text
