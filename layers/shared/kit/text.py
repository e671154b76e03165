"""Characters no text column can hold."""

import re

NUL_CHARACTER = "Znaki null są niedozwolone."
SURROGATES = re.compile("[\ud800-\udfff]")


def unstorable_characters(text: str) -> list[str]:
    """Complaints about characters no text column can hold."""
    complaints = [NUL_CHARACTER] if "\0" in text else []
    if found := SURROGATES.search(text):
        complaints.append(f"Surrogate characters are not allowed: U+{ord(found[0]):X}.")
    return complaints
