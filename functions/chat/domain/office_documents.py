"""Deciding whether a ZIP container is an office document of an accepted kind.

Every entry is unpacked within a limit that its own header cannot change, and the parts that define the document's kind
are read as office programs read them.
"""

import io
import re
import struct
import zipfile
import zlib
from xml.parsers import expat

from functions.chat.domain.attachment_errors import AttachmentHasMacros, BrokenAttachment, UnsupportedAttachment

MAX_ENTRIES = 5_000
# In bytes: the maximum of all entries, unpacked, and of all parsed parts. A million empty elements take 4 MB, pack
# into 4 kB and need half a second to parse.
MAX_UNPACKED, MAX_PARSED = 150 * 1024 * 1024, 4 * 1024 * 1024
CHUNK = 256 * 1024
OPEN_XML, OPEN_DOCUMENT = "[Content_Types].xml", "mimetype"
# The main part's type identifies an Office Open XML package (ECMA-376 part 2); packages with macros have other types.
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


class Parts:
    """The parts of a package that say what it is. Raises BrokenAttachment for more than MAX_PARSED bytes of them."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self._left = MAX_PARSED

    def read(self, name: str) -> bytes:
        with self._package.open(name) as part:
            content = part.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            raise BrokenAttachment
        return content

    def elements(self, name: str) -> list[dict[str, str]]:
        """The attributes of all elements that have any.

        Raises BrokenAttachment for broken XML, and for declarations.
        """
        found: list[dict[str, str]] = []

        def keep(_element: str, attributes: dict[str, str]) -> None:
            if attributes:
                found.append(attributes)

        def refuse(*_declared: object) -> None:
            raise BrokenAttachment

        parser = expat.ParserCreate()
        parser.StartElementHandler = keep
        # No such part needs a declaration, and one could let a short text expand without limit.
        parser.StartDoctypeDeclHandler = refuse
        try:
            parser.Parse(self.read(name), True)
        except expat.ExpatError:
            raise BrokenAttachment from None
        return found


def office_type(content: bytes) -> str:
    """The content type of a document. Raises UnsupportedAttachment, BrokenAttachment or AttachmentHasMacros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_size(package)
            return _type_of(package, Parts(package))
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


def _type_of(package: zipfile.ZipFile, parts: Parts) -> str:
    names = package.namelist()
    if len(set(names)) != len(names):
        raise BrokenAttachment
    if OPEN_XML in names:
        return _open_xml_type(parts, names)
    if names[:1] == [OPEN_DOCUMENT]:
        return _open_document_type(parts, names)
    raise UnsupportedAttachment


def _open_xml_type(parts: Parts, names: list[str]) -> str:
    types = [values.get("ContentType", "") for values in parts.elements(OPEN_XML)]
    if any(WITH_MACROS.search(each) for each in (*types, *names)):
        raise AttachmentHasMacros
    for name in names:
        if name.endswith(".rels") and any(map(_loads, parts.elements(name))):
            raise AttachmentHasMacros
    found = {main[1] for each in types if (main := MAIN.fullmatch(each))}
    if len(found) != 1:
        raise UnsupportedAttachment
    return f"application/vnd.openxmlformats-officedocument.{found.pop()}"


def _loads(relationship: dict[str, str]) -> bool:
    is_outside = relationship.get("TargetMode", "").lower() == "external"
    return is_outside and LOADED.search(relationship.get("Type", "")) is not None


def _open_document_type(parts: Parts, names: list[str]) -> str:
    content_type = parts.read(OPEN_DOCUMENT).decode("ascii", "replace").strip()
    if content_type not in OPEN_DOCUMENTS or "META-INF/manifest.xml" not in names:
        raise UnsupportedAttachment
    listed = [
        value
        for values in parts.elements("META-INF/manifest.xml")
        for key, value in values.items()
        if key.endswith("full-path")
    ]
    if any(name.lower().startswith(MACRO_FOLDERS) for name in (*names, *listed)):
        raise AttachmentHasMacros
    return content_type
