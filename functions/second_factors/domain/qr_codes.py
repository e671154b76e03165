"""QR codes (ISO/IEC 18004) for setting up authenticator apps."""

import io


def qr_code(text: str) -> str:
    """The QR code of a text of up to 2,331 bytes, as an SVG document, four pixels a module.

    It is black on white even on dark pages, with the white margin of four modules that readers look for.
    """
    import segno

    made = io.BytesIO()
    code = segno.make_qr(text, error="m")
    bare = {"xmldecl": False, "svgclass": None, "lineclass": None, "nl": False}
    code.save(made, "svg", border=4, scale=4, unit="px", light="#fff", **bare)
    return made.getvalue().decode()
