"""Deciding whether a ZIP container is an office document of an accepted kind.

Every entry is unpacked within a limit that its own header cannot change, and the parts that define the document's kind
are read as office programs read them.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from functions.chat.domain.attachment_errors import AttachmentHasMacros, BrokenAttachment, UnsupportedAttachment

MAX_ENTRIES = 5_000
# Bytes of all entries together, unpacked; of a part that is read as XML.
MAX_UNPACKED, MAX_PART = 150 * 1024 * 1024, 4 * 1024 * 1024
CHUNK = 256 * 1024
OPEN_XML, OPEN_DOCUMENT = "[Content_Types].xml", "mimetype"
# The main part's type says what an Office Open XML package is (ECMA-376 part 2); with macros it is another one.
MAIN = re.compile(
    r"application/vnd\.openxmlformats-officedocument\.(wordprocessingml\.document|spreadsheetml\.sheet"
    r"|presentationml\.presentation)\.main\+xml"
)
WITH_MACROS = re.compile(r"macroEnabled|vbaProject|vbaData|activeX|macrosheet|intlmacrosheet", re.IGNORECASE)
# Relationship types that load external parts, which may contain macros.
LOADED = re.compile(r"/(attachedTemplate|oleObject|frame|subDocument)$")
OPEN_DOCUMENTS = {
    f"application/vnd.oasis.opendocument.{kind}": kind for kind in ("text", "spreadsheet", "presentation")
}
# Where OpenDocument keeps macros (OpenDocument 1.3 part 2).
MACRO_FOLDERS = ("basic/", "scripts/")
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


def office_type(content: bytes) -> str:
    """The content type of a document. Raises UnsupportedAttachment, BrokenAttachment or AttachmentHasMacros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_size(package)
            return _type_of(package)
    except FAULTS:
        raise BrokenAttachment from None


def _check_size(package: zipfile.ZipFile) -> None:
    """Unpack everything to check that no entry is larger than declared. Raises BrokenAttachment."""
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise BrokenAttachment
    left = MAX_UNPACKED
    for entry in entries:
        with package.open(entry) as unpacked:
            while chunk := unpacked.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise BrokenAttachment


def _type_of(package: zipfile.ZipFile) -> str:
    names = package.namelist()
    if len(set(names)) != len(names):
        raise BrokenAttachment
    if OPEN_XML in names:
        return _open_xml_type(package, names)
    if names[:1] == [OPEN_DOCUMENT]:
        return _open_document_type(package, names)
    raise UnsupportedAttachment


def _open_xml_type(package: zipfile.ZipFile, names: list[str]) -> str:
    types = [values.get("ContentType", "") for _, values in _elements(package, OPEN_XML)]
    if any(WITH_MACROS.search(each) for each in (*types, *names)):
        raise AttachmentHasMacros
    for name in names:
        if name.endswith(".rels") and any(_loads(values) for _, values in _elements(package, name)):
            raise AttachmentHasMacros
    found = {main[1] for each in types if (main := MAIN.fullmatch(each))}
    if len(found) != 1:
        raise UnsupportedAttachment
    return f"application/vnd.openxmlformats-officedocument.{found.pop()}"


def _loads(relationship: dict[str, str]) -> bool:
    is_outside = relationship.get("TargetMode", "").lower() == "external"
    return is_outside and LOADED.search(relationship.get("Type", "")) is not None


def _open_document_type(package: zipfile.ZipFile, names: list[str]) -> str:
    content_type = _part(package, OPEN_DOCUMENT).decode("ascii", "replace").strip()
    if content_type not in OPEN_DOCUMENTS or "META-INF/manifest.xml" not in names:
        raise UnsupportedAttachment
    listed = [
        value
        for _, values in _elements(package, "META-INF/manifest.xml")
        for key, value in values.items()
        if key.endswith("full-path")
    ]
    if any(name.lower().startswith(MACRO_FOLDERS) for name in (*names, *listed)):
        raise AttachmentHasMacros
    return content_type


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        content = part.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise BrokenAttachment
    return content


def _elements(package: zipfile.ZipFile, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of a part with their attributes. Raises BrokenAttachment for broken XML, and for declarations."""
    found: list[tuple[str, dict[str, str]]] = []

    def refuse(*_declared: object) -> None:
        raise BrokenAttachment

    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda element, attributes: found.append((element, attributes))
    # No such part needs one: with it a short text could expand to an endless one.
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(_part(package, name), True)
    except expat.ExpatError:
        raise BrokenAttachment from None
    yield from found
