"""The password rules, the same wherever one is set (docs/contract.md, section 2, reset confirm)."""

import re
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from shared.kit.errors import FieldErrors

MIN_LENGTH = 8
MAX_LENGTH = 128
# The share of common characters at which a password counts as resembling the person's own data.
MAX_SIMILARITY = 0.7
MIN_GUESSES = 10**5
# How much of a long password is checked, and how many readings of its digits and signs as letters are tried: the time
# grows with both.
JUDGED_LENGTH = 40
MAX_READINGS = 24

TOO_SIMILAR = "Hasło jest zbyt podobne do {}."
TOO_SHORT = f"To hasło jest za krótkie. Musi zawierać co najmniej {MIN_LENGTH} znaków."
TOO_COMMON = "To hasło jest zbyt powszechne."
ALL_DIGITS = "Hasło składa się wyłącznie z cyfr."


class WeakPassword(FieldErrors):
    """The password breaks one of the rules; the answer names all of them."""

    body: Any = {"password": [TOO_COMMON]}

    def __init__(self, complaints: list[str]) -> None:
        super().__init__({"password": complaints})


def check_password_rules(password: str, *, email: str, first_name: str, last_name: str) -> None:
    """Raises WeakPassword with every rule the password breaks."""
    personal = {"email": email, "first name": first_name, "last name": last_name}
    similar = [TOO_SIMILAR.format(name) for name, value in personal.items() if _resembles(password, value)]
    complaints = similar[:1]
    if len(password) < MIN_LENGTH:
        complaints.append(TOO_SHORT)
    if password.lower().strip() in _common_passwords():
        complaints.append(TOO_COMMON)
    if password.isdigit():
        complaints.append(ALL_DIGITS)
    if complaints or _is_guessed_soon(password):
        raise WeakPassword(complaints or [TOO_COMMON])


def _is_guessed_soon(password: str) -> bool:
    """Whether it consists of common words, dates and key patterns; both ends of a long password must be."""
    return all(_is_weak(part) for part in {password[:JUDGED_LENGTH], password[-JUDGED_LENGTH:]})


def _is_weak(part: str) -> bool:
    from zxcvbn import matching, zxcvbn

    signs = matching.relevant_l33t_subtable(part.lower(), matching.L33T_TABLE)
    if len(list(matching.enumerate_l33t_subs(signs))) > MAX_READINGS:
        return False
    return bool(zxcvbn(part)["guesses"] < MIN_GUESSES)


def _resembles(password: str, value: str) -> bool:
    """Whether the password is close to the value or to one of its words."""
    lowered = password.lower()
    for part in (*re.split(r"\W+", value.lower()), value.lower()):
        similar = SequenceMatcher(a=lowered, b=part)
        if part and _lengths_compare(lowered, part) and similar.quick_ratio() >= MAX_SIMILARITY:
            return True
    return False


def _lengths_compare(password: str, part: str) -> bool:
    """Skip the comparison when the lengths alone keep the ratio below the limit."""
    return 2 * min(len(password), len(part)) >= MAX_SIMILARITY * (len(password) + len(part))


@cache
def _common_passwords() -> frozenset[str]:
    # Imported here: its thirty thousand words are needed only where a password is set.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
