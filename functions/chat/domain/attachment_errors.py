"""Errors of attachments: why a file is refused or not found."""

from shared.kit.errors import AppError


class AttachmentNotFound(AppError):
    """There is no such attachment, or it is not yours to see; an address may have expired."""

    status = 404
    code = "attachment_not_found"
    detail = "Nie ma takiego załącznika."


class UploadMissing(AppError):
    """Nothing was uploaded yet with this ticket."""

    status = 409
    code = "upload_missing"
    detail = "Plik nie został jeszcze przesłany."


class AttachmentTooLarge(AppError):
    """The file is empty or larger than 10 MB."""

    status = 413
    code = "attachment_too_large"
    detail = "Załącznik może mieć najwyżej 10 MB."


class UnsupportedAttachment(AppError):
    """The content is not a picture, a PDF, an office document or text."""

    code = "unsupported_attachment"
    detail = "Można załączyć obraz, PDF, dokument biurowy albo plik tekstowy."


class BrokenAttachment(AppError):
    """The file is damaged, encrypted or far too large when unpacked."""

    code = "broken_attachment"
    detail = "Pliku nie można otworzyć: jest uszkodzony, zaszyfrowany albo zbyt duży po rozpakowaniu."


class AttachmentHasMacros(AppError):
    """The document contains macros, or loads something that may contain them."""

    code = "attachment_has_macros"
    detail = "Dokumenty z makrami nie są przyjmowane."


class InfectedAttachment(AppError):
    """The virus scanner found something in the file."""

    code = "infected_attachment"
    detail = "W pliku znaleziono złośliwe oprogramowanie."
