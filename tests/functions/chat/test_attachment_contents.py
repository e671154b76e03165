"""Which files are accepted as attachments: the content decides, not the name."""

import random
import struct
from contextlib import suppress
from typing import Any

import pytest

from functions.chat.domain import office_documents
from functions.chat.domain.attachment_contents import inspect
from functions.chat.domain.attachment_errors import AttachmentHasMacros, BrokenAttachment, UnsupportedAttachment
from functions.chat.domain.attachment_names import MAX_NAME, clean_name, disposition, named_as
from tests.support.office_files import (
    OPEN_DOCUMENT,
    PDF,
    SHEET,
    SLIDES,
    TYPES,
    WORD,
    external,
    open_document,
    open_xml,
    zipped,
)
from tests.support.uploads import encoded, quarters

KINDS = ("text", "spreadsheet", "presentation")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        *((open_xml(each), each) for each in (WORD, SHEET, SLIDES)),
        *((open_document(kind), OPEN_DOCUMENT + kind) for kind in KINDS),
        (PDF, "application/pdf"),
        ("Cześć\n\tæ".encode(), "text/plain; charset=utf-8"),
        (b"\xef\xbb\xbfBMW", "text/plain; charset=utf-8"),
        ("Imię;Ocena".encode("utf-16"), "text/plain; charset=utf-16"),
        ("Imię;Ocena".encode("cp1250"), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8"),
        (b"BM is how this begins, and GIF8 too", "text/plain; charset=utf-8"),
        *(
            (encoded(quarters(), each), f"image/{each.lower()}")
            for each in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_type_of_an_accepted_file_is_detected_from_its_content(content: bytes, content_type: str) -> None:
    assert inspect(content).content_type == content_type


def test_documents_are_stored_unchanged() -> None:
    author = "<cp:coreProperties><dc:creator>Ola</dc:creator></cp:coreProperties>"
    for content in (open_xml(more={"docProps/core.xml": author}), PDF):
        assert inspect(content).content == content


WITH_MACROS = WORD.replace("vnd.openxmlformats-officedocument.wordprocessingml.document", "vnd.ms-word.document")
MACROS = {
    "a project": open_xml(more={"word/vbaProject.bin": b"x"}),
    "a project by another name": open_xml(
        more={
            "[Content_Types].xml": TYPES.format(
                '<Override PartName="/x" ContentType="application/vnd.ms-office.vbaProject"/>'
            )
        }
    ),
    "a document of that type": open_xml(main=f"{WITH_MACROS}.macroEnabled.main+xml"),
    "a macro sheet": open_xml(SHEET, {"xl/macrosheets/sheet1.xml": "<x/>"}),
    "an ActiveX control": open_xml(more={"word/activeX/activeX1.xml": "<x/>"}),
    "a template from elsewhere": open_xml(more={"word/_rels/settings.xml.rels": external("attachedTemplate")}),
    "an object from elsewhere": open_xml(more={"word/_rels/document.xml.rels": external("oleObject")}),
    "Basic": open_document(more={"Basic/Standard/Module1.xml": "<x/>"}),
    "a script": open_document("spreadsheet", {"Scripts/python/x.py": "x"}),
}


@pytest.mark.parametrize("content", MACROS.values(), ids=MACROS)
def test_documents_with_macros_are_refused(content: bytes) -> None:
    with pytest.raises(AttachmentHasMacros):
        inspect(content)


def test_a_link_in_a_document_does_not_count_as_a_macro() -> None:
    content = open_xml(more={"word/_rels/document.xml.rels": external("hyperlink")})
    assert inspect(content).content_type == WORD


UNSUPPORTED = {
    "nothing": b"",
    "blanks": b" \n\t",
    "a program": b"MZ\x90\0\x03" + bytes(100),
    "another program": b"\x7fELF\x02\x01\x01\0",
    "a ZIP": zipped({"x.exe": b"MZ"}),
    "a JAR": zipped({"META-INF/MANIFEST.MF": "x"}),
    "a drawing": open_document("graphics"),
    "an old document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    "another package": open_xml(main="application/vnd.ms-package.xps-fixeddocument+xml"),
    "two documents in one": open_xml(
        more={
            "[Content_Types].xml": TYPES.format(
                "".join(f'<Override ContentType="{each}.main+xml"/>' for each in (WORD, SHEET))
            )
        }
    ),
    "no manifest": zipped({"mimetype": OPEN_DOCUMENT + "text"}),
    "a late mimetype": zipped({"x": "x", "mimetype": OPEN_DOCUMENT + "text", "META-INF/manifest.xml": "<x/>"}),
}


@pytest.mark.parametrize("content", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_unsupported_types_are_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedAttachment):
        inspect(content)


def encrypted() -> bytes:
    content = bytearray(open_xml())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    return bytes(content)


def lying(size: int) -> bytes:
    """Return a document with an entry that declares a smaller size than it has."""
    content = open_xml(more={"x": b"\0" * size})
    real, said = struct.pack("<L", size), struct.pack("<L", 10)
    return content.replace(real, said)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><Types>&b;</Types>'
BROKEN = {
    "cut off": open_xml()[:-30],
    "another directory": open_xml().replace(b"PK\x01\x02", b"PK\x01\x03"),
    "encrypted": encrypted(),
    "larger than it says": lying(3_000_000),
    "broken XML": open_xml(more={"[Content_Types].xml": "<Types>"}),
    "entities": open_xml(more={"[Content_Types].xml": ENTITIES}),
    "entities in UTF-16": open_xml(more={"[Content_Types].xml": ENTITIES.encode("utf-16")}),
    "a PDF without its end": PDF[:-40],
    "half a picture": encoded(quarters(300, 300))[:200],
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_broken_files_are_refused(content: bytes) -> None:
    with pytest.raises(BrokenAttachment):
        inspect(content)


BOMBS: dict[str, Any] = {
    "large": lambda: open_xml(more={"x": b"\0" * 160_000_000}),
    "many": lambda: zipped({str(number): b"" for number in range(6_000)}),
    "a large part": lambda: open_xml(more={"[Content_Types].xml": f"<Types>{' ' * 5_000_000}</Types>"}),
}


@pytest.mark.parametrize(
    "bomb", [pytest.param(name, marks=pytest.mark.proof) if name != "many" else name for name in BOMBS]
)
def test_decompression_bombs_are_refused(bomb: str) -> None:
    content = BOMBS[bomb]()
    assert len(content) < 1_000_000
    with pytest.raises(BrokenAttachment):
        inspect(content)


def test_the_amount_of_xml_that_is_parsed_is_limited_for_all_parts_together() -> None:
    """A file of 150 kB can contain 150 MB of relationships, which took 15 seconds to parse."""
    relationships = b"<r>" + b"<a/>" * 700_000 + b"</r>"
    assert inspect(open_xml(more={"a.rels": relationships})).content_type == WORD
    with pytest.raises(BrokenAttachment):
        inspect(open_xml(more={"a.rels": relationships, "b.rels": relationships}))


def test_the_limit_applies_to_the_real_size_of_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office_documents, "MAX_UNPACKED", 10_000)
    with pytest.raises(BrokenAttachment):
        inspect(open_xml(more={"x": b"\0" * 20_000}))
    assert inspect(open_xml(more={"x": b"\0" * 5_000})).content_type == WORD


@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.proof)])
def test_corrupted_files_are_accepted_or_refused_without_other_errors(count: int) -> None:
    """Random bytes of valid documents are changed."""
    chance = random.Random(13)
    good = [open_xml(), open_document(), PDF, open_xml(SHEET, {"a/_rels/b.rels": external("hyperlink")})]
    for _ in range(count):
        content = bytearray(chance.choice(good))
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with suppress(UnsupportedAttachment, BrokenAttachment, AttachmentHasMacros):
            inspect(bytes(content[: chance.choice((None, -chance.randint(1, 200)))]))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("zdjęcie.png", "zdjęcie.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ola\\zadanie 3.docx", "zadanie 3.docx"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("..", "plik"),
        ("\u200b", "plik"),
        ("a\"b'c;d.txt", "a_b'c_d.txt"),
        ("e\u0301.txt", "é.txt"),
        ("x" * 300 + ".docx", "x" * 95 + ".docx"),
        ("\ud800x.txt", "x.txt"),
    ],
)
def test_unsafe_parts_of_file_names_are_removed(given: str, kept: str) -> None:
    assert clean_name(given) == kept
    assert len(clean_name(given)) <= MAX_NAME


@pytest.mark.parametrize(
    ("given", "content_type", "named"),
    [
        ("x.JPG", "image/jpeg", "x.JPG"),
        ("x.png", "image/jpeg", "x.png.jpg"),
        ("x", "application/pdf", "x.pdf"),
        ("evil.html", "text/plain; charset=utf-8", "evil.html.txt"),
        ("dane.csv", "text/plain", "dane.csv"),
        ("x" * 100, "application/pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_gets_the_extension_of_its_type(given: str, content_type: str, named: str) -> None:
    assert named_as(given, content_type) == named


def test_content_disposition_can_represent_any_name() -> None:
    assert disposition('zdjęcie "1".png', "image/png") == (
        "inline; filename=\"zdj_cie _1_.png\"; filename*=UTF-8''zdj%C4%99cie%20%221%22.png"
    )
    assert disposition("x.pdf", "application/pdf").startswith("attachment; ")


def test_a_wrong_checksum_is_refused() -> None:
    content = bytearray(zipped({"mimetype": OPEN_DOCUMENT + "text", "META-INF/manifest.xml": "<x/>"}, packed=False))
    content[content.index(b"oasis")] ^= 1
    with pytest.raises(BrokenAttachment):
        inspect(bytes(content))
