"""Files of every kind that users may attach, and some that must be refused."""

import io
import zipfile
from collections.abc import Mapping

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
    ' Target="{target}" TargetMode="External"/></Relationships>'
)


def zipped(entries: Mapping[str, str | bytes], *, packed: bool = True) -> bytes:
    """A ZIP archive with these entries in this order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return out.getvalue()


def open_xml(content_type: str = WORD, more: Mapping[str, str | bytes] | None = None, *, main: str = "") -> bytes:
    """An Office Open XML document; `main` overrides the type of its main part."""
    override = f'<Override PartName="/main.xml" ContentType="{main or content_type + ".main+xml"}"/>'
    return zipped({"[Content_Types].xml": TYPES.format(override), "main.xml": "<main/>", **(more or {})})


def open_document(kind: str = "text", more: Mapping[str, str | bytes] | None = None) -> bytes:
    """An OpenDocument file."""
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{OPEN_DOCUMENT}{kind}"/></manifest:manifest>'
    )
    entries = {"mimetype": f"{OPEN_DOCUMENT}{kind}", "content.xml": "<office/>", "META-INF/manifest.xml": manifest}
    return zipped({**entries, **(more or {})})


def external(kind: str, target: str = "https://example.com/x") -> str:
    """A part's relationships that load external content."""
    return RELATIONSHIPS.format(kind=kind, target=target)
