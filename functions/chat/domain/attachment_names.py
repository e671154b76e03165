"""Names of attachments: kept as given, without characters that would mislead people who read or save them."""

import re
from urllib.parse import quote

from shared.kit.text import is_visible, one_form, without_controls

MAX_SIZE = 10 * 1024 * 1024
MAX_NAME = 100
UNNAMED = "plik"
ENDING = re.compile(r"\.([A-Za-z0-9]{1,10})$")
# Characters with a special meaning in file systems, shells and headers.
RESERVED = re.compile(r'[<>:"|?*\\/;]+')
NOT_ASCII = re.compile(r"[^A-Za-z0-9 ._-]+")
# Extensions by content type; the first is appended to a name that has none of them.
ENDINGS = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp",),
    "image/avif": ("avif",),
    "image/heif": ("heic", "heif"),
    "image/tiff": ("tif", "tiff"),
    "application/pdf": ("pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
    "text/plain": ("txt", "md", "csv", "tsv", "tex", "log"),
}
# Pictures that browsers show; everything else can only be saved.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})


def clean_name(name: str) -> str:
    """The last part of a path on one line, in Unicode's form NFC, at most 100 characters including its extension."""
    last = re.split(r"[/\\]", name.encode("utf-8", "ignore").decode())[-1]
    kept = RESERVED.sub("_", one_form(without_controls(last))).strip(" .")
    kept = re.sub(r"\s+", " ", kept)
    return _shortened(kept) if is_visible(kept) else UNNAMED


def named_as(name: str, content_type: str) -> str:
    """The name with an extension of its checked type, so that it is not opened as another type."""
    endings = ENDINGS[content_type.partition(";")[0]]
    found = ENDING.search(name)
    if found and found[1].lower() in endings:
        return name
    return f"{_shortened(name, MAX_NAME - len(endings[0]) - 1)}.{endings[0]}"


def disposition(name: str, content_type: str) -> str:
    """The Content-Disposition of an attachment (RFC 6266): pictures are shown, everything else is saved."""
    how = "inline" if content_type in SHOWN else "attachment"
    plain = NOT_ASCII.sub("_", name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shortened(name: str, most: int = MAX_NAME) -> str:
    found = ENDING.search(name)
    ending = found[0] if found else ""
    return name[: most - len(ending)].rstrip(" .") + ending if len(name) > most else name
