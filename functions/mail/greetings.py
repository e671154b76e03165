"""How emails greet people."""

import re
from unicodedata import category

from shared.domain.names import ZERO_WIDTH_JOINERS, presentable
from shared.texts import Language, texts

# Strangers can register any address, so an account's name must not carry a message to its owner: a name that does not
# look like one is left out of the greeting.
NAME = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")
# Marks on letters, as in the scripts of India.
MARKS = frozenset({"Mn", "Mc"})


def reads_like_a_name(text: str) -> bool:
    letters = "".join(each for each in text if each not in ZERO_WIDTH_JOINERS and category(each) not in MARKS)
    return presentable(text) == text and NAME.fullmatch(letters) is not None


def greeting(first_name: str, language: Language) -> str:
    words = texts(language)
    return words["greeting"].format(name=first_name) if reads_like_a_name(first_name) else words["greeting.nameless"]
