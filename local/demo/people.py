"""Makes up tutors and students: the same ones every time, with dates relative to the moment given."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import cycle
from random import Random
from uuid import UUID

from local.demo.accounts import CLASSMATE, STUDENT, TUTOR, DemoAccount
from local.demo.names import FEMALE_NAMES, MALE_NAMES, SURNAMES, feminine
from local.demo.phrases import BACKGROUNDS, METHODS, PRAISE, REVIEWS, TERMS
from local.demo.places import PLACES, WEIGHTS
from local.demo.subjects import SUBJECTS
from shared.domain.platform_settings import local_zone

SEED = 20240501
TUTORS = 100
STUDENTS = 60
MAX_RATINGS = 25
SCHEDULED_DAYS = 14
# Tutors' quality: the weights of one to five stars.
QUALITIES = ((0, 0, 2, 20, 78), (0, 1, 6, 38, 55), (1, 3, 13, 43, 40), (6, 12, 30, 32, 20))
# Online and in person, individual and group: the weights of their combinations.
WAYS_TO_MEET = {(True, True): 50, (True, False): 28, (False, True): 22}
GROUP_SIZES = {(True, False): 60, (True, True): 32, (False, True): 8}
# The hours in which a session may start, by part of the day.
DAY_PARTS = ((8, 10), (12, 14), (16, 19))


@dataclass
class Account:
    """A row of `users`."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    is_female: bool
    created_at: datetime


@dataclass
class Rating:
    """A row of `ratings`, without its tutor."""

    student: Account
    stars: int
    review: str
    created_at: datetime


@dataclass
class Offer:
    """The switches of a tutor."""

    online_sessions: bool
    in_person_sessions: bool
    individual_sessions: bool
    group_sessions: bool


@dataclass
class Tutor:
    """A row of `tutors` with its ratings and schedule; fields have the columns' names."""

    account: Account
    description: str
    price: int
    location: str
    skills: list[str]
    offer: Offer
    ratings: list[Rating] = field(default_factory=list)
    schedule: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass
class Population:
    """All people; the demo student and tutor come first, the student's classmate last."""

    students: list[Account]
    tutors: list[Tutor]


def populate(now: datetime) -> Population:
    return _Maker(now).population()


class _Maker:
    """Draws everything from one seeded generator."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.draw = Random(SEED)  # noqa: S311 - demo data, not secrets
        self.taken = {(each.first_name, each.last_name) for each in (STUDENT, TUTOR, CLASSMATE)}

    def population(self) -> Population:
        student = self._demo_account(STUDENT, is_female=True)
        reviewers = [self._account(f"student{number}@demo.example", 200, 900) for number in range(1, STUDENTS + 1)]
        tutors = [self._demo_tutor()]
        tutors += [self._tutor(f"tutor{number}@demo.example") for number in range(1, TUTORS + 1)]
        for tutor in tutors:
            tutor.ratings = list(self._ratings(tutor, reviewers))
            tutor.schedule = list(self._schedule(tutor))
        classmate = self._demo_account(CLASSMATE, is_female=True)
        return Population([student, *reviewers, classmate], tutors)

    def _id(self) -> UUID:
        return UUID(int=self.draw.getrandbits(128), version=4)

    def _demo_account(self, demo: DemoAccount, *, is_female: bool) -> Account:
        created_at = self.now - timedelta(days=700)
        return Account(self._id(), demo.email, demo.first_name, demo.last_name, is_female, created_at)

    def _account(self, email: str, least_days: int, most_days: int) -> Account:
        """A new account that joined within this range of days ago; no two have the same name."""
        while True:
            is_female = self.draw.random() < 0.55
            first = self.draw.choice(FEMALE_NAMES if is_female else MALE_NAMES)
            last = self.draw.choice(SURNAMES)
            last = feminine(last) if is_female else last
            if (first, last) not in self.taken:
                break
        self.taken.add((first, last))
        joined = self.now - timedelta(minutes=self.draw.randint(least_days * 1440, most_days * 1440))
        return Account(self._id(), email, first, last, is_female, joined)

    def _demo_tutor(self) -> Tutor:
        return Tutor(
            self._demo_account(TUTOR, is_female=False),
            description="Jestem nauczycielem fizyki z 12-letnim stażem i egzaminatorem maturalnym OKE. Każde zadanie "
            "zaczynamy od rysunku, dopiero potem sięgamy po wzory. Po każdym spotkaniu wysyłam notatki i kilka zadań "
            "do samodzielnego rozwiązania. Pierwsze 30 minut gratis.",
            price=90,
            location="Rzeszów, Nowe Miasto",
            skills=["Fizyka", "Matematyka"],
            offer=Offer(online_sessions=True, in_person_sessions=True, individual_sessions=True, group_sessions=True),
        )

    def _tutor(self, email: str) -> Tutor:
        account = self._account(email, 60, 900)
        main = self.draw.choices(list(SUBJECTS), self._popularity())[0]
        related = SUBJECTS[main].goes_with
        others = self.draw.sample(related, k=self.draw.randint(0, min(2, len(related))))
        background, prices = self.draw.choice(BACKGROUNDS)
        offer = Offer(*self._one_of(WAYS_TO_MEET), *self._one_of(GROUP_SIZES))
        return Tutor(
            account,
            description=self._description(account, main, background, offer),
            price=self.draw.randrange(prices[0], prices[1] + 1, 5),
            location=self._location(with_district=offer.in_person_sessions),
            skills=[main, *others],
            offer=offer,
        )

    def _popularity(self) -> list[int]:
        """Mathematics and English are taught most often."""
        return [6 if subject in {"Matematyka", "Angielski"} else 2 for subject in SUBJECTS]

    def _one_of(self, offers: dict[tuple[bool, bool], int]) -> tuple[bool, bool]:
        return self.draw.choices(list(offers), list(offers.values()))[0]

    def _location(self, *, with_district: bool) -> str:
        city = self.draw.choices(list(PLACES), WEIGHTS)[0]
        return f"{city}, {self.draw.choice(PLACES[city])}" if with_district else city

    def _description(self, account: Account, main: str, background: str, offer: Offer) -> str:
        """Two to five sentences, in an order that differs by tutor."""
        subject = SUBJECTS[main]
        fitting = [text for text, needed in TERMS if needed is None or getattr(offer, needed)]
        sentences = [background, *self.draw.sample(subject.sentences, k=self.draw.randint(0, 2))]
        sentences += self.draw.sample([*METHODS, *fitting], k=self.draw.randint(1, 2))
        if self.draw.random() < 0.4:
            self.draw.shuffle(sentences)
        text = " ".join(sentences).format(of=subject.of, studies=subject.studies, years=self.draw.randint(5, 20))
        return inflected(text, writer_is_female=account.is_female)

    def _ratings(self, tutor: Tutor, reviewers: list[Account]) -> Iterator[Rating]:
        """No student twice; a text is repeated only after all others for as many stars."""
        is_demo = tutor.account.email == TUTOR.email
        quality = QUALITIES[0] if is_demo else self.draw.choice(QUALITIES)
        number = MAX_RATINGS - 1 if is_demo else max(0, int(self.draw.triangular(-2, MAX_RATINGS + 1, 3)))
        stars = self.draw.choices((1, 2, 3, 4, 5), quality, k=number)
        texts = {each: cycle(self.draw.sample(REVIEWS[each], k=len(REVIEWS[each]))) for each in REVIEWS}
        for student, given in zip(self.draw.sample(reviewers, k=number), stars, strict=True):
            since = max(student.created_at, tutor.account.created_at)
            moment = since + (self.now - since) * self.draw.random()
            text = next(texts[given])
            if given > 3 and self.draw.random() < 0.3:
                text += " " + self.draw.choice(PRAISE)
            text = text.format(of=SUBJECTS[tutor.skills[0]].of, name=tutor.account.first_name)
            text = inflected(text, writer_is_female=student.is_female, other_is_female=tutor.account.is_female)
            yield Rating(student, given, text, moment)

    def _schedule(self, tutor: Tutor) -> Iterator[tuple[datetime, datetime]]:
        """Times offered from tomorrow on; parts of the day are so far apart that none overlap."""
        busy = 0.75 if tutor.account.email == TUTOR.email else self.draw.choice((0.0, 0.2, 0.4, 0.6))
        for day in range(1, SCHEDULED_DAYS + 1):
            if self.draw.random() >= busy:
                continue
            date = (self.now.astimezone(local_zone()) + timedelta(days=day)).date()
            for first, last in sorted(self.draw.sample(DAY_PARTS, k=self.draw.randint(1, 2))):
                hour, minute = self.draw.randint(first, last), self.draw.choice((0, 30))
                starts_at = datetime.combine(date, time(hour, minute), local_zone())
                yield starts_at, starts_at + timedelta(minutes=self.draw.choice((60, 60, 90)))


def inflected(text: str, *, writer_is_female: bool, other_is_female: bool = False) -> str:
    """Choose the forms `<m|f>` of the writer and `[m|f]` of the other."""
    text = re.sub(r"<([^|>]*)\|([^>]*)>", r"\2" if writer_is_female else r"\1", text)
    return re.sub(r"\[([^|\]]*)\|([^\]]*)\]", r"\2" if other_is_female else r"\1", text)
