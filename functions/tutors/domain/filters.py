"""Search filters, as the statement takes them."""

from dataclasses import dataclass, field
from decimal import Decimal

from functions.tutors.domain.free_time import FreeTime
from shared.kit.http.cursor_pagination import Cursor

PAGE_SIZE = 100
# No name is longer or has more words; searching for more finds nobody.
MAX_NAME = 511
MAX_WORDS = 20
# A word this long may be misspelt by one letter.
TYPO_LENGTH = 4
MAX_TYPO_LENGTH = 50
# The first words of a search in which a typo is forgiven: each takes the database as long as several others.
MAX_TYPO_WORDS = 4


@dataclass(frozen=True)
class Order:
    """A column to sort by; the id decides among equals, in the same direction."""

    column: str
    descending: bool

    @property
    def name(self) -> str:
        return f"{self.column}-{'desc' if self.descending else 'asc'}"


BEST_FIRST = Order("rank", descending=True)


@dataclass
class Filters:
    """What is asked for, all of it combined with AND. `at_least` and `at_most` are inclusive, by column."""

    name: str = ""
    location: str = ""
    skills: list[str] = field(default_factory=list)
    # Few tutors have the skills, so those tutors are read first, whatever the requested order.
    has_rare_skills: bool = False
    at_least: dict[str, Decimal] = field(default_factory=dict)
    at_most: dict[str, Decimal] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    free_time: FreeTime | None = None
    order: Order = BEST_FIRST
    page_size: int = PAGE_SIZE
    cursor: Cursor | None = None
    # The known parameters, repeated in the link to the next page.
    query: list[tuple[str, str]] = field(default_factory=list)

    @property
    def can_match(self) -> bool:
        """Whether a tutor's name could contain the searched name."""
        return len(self.name) <= MAX_NAME and len(self.name.split()) <= MAX_WORDS

    @property
    def restrict(self) -> bool:
        """Whether the filters could exclude any tutor."""
        parts = (self.name.split(), self.location, self.skills, self.at_least, self.at_most, self.switches)
        return any(parts) or self.free_time is not None

    @property
    def may_be_forgiven(self) -> bool:
        """Whether a forgiving search could find more than a plain one."""
        return not (self.name + self.location).isascii() or any(may_be_misspelt(word) for word in self.name.split())


def may_be_misspelt(word: str) -> bool:
    return word.isalpha() and TYPO_LENGTH <= len(word) <= MAX_TYPO_LENGTH
