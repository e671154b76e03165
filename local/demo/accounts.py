"""The demo accounts that everybody can sign in with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoAccount:
    role: str
    email: str
    password: str
    first_name: str
    last_name: str


STUDENT = DemoAccount("student", "ola.demo@example.com", "Zielona!Herbata7", "Ola", "Wiśniewska")
TUTOR = DemoAccount("tutor", "adam.demo@prz.edu.pl", "Czarna!Kawa8", "Adam", "Zieliński")
DEMO_ACCOUNTS = (STUDENT, TUTOR)
# Has a seat in the tutor's full group that can be cancelled on the start page, to show how the waitlist reacts.
CLASSMATE = DemoAccount("student", "zofia.demo@example.com", STUDENT.password, "Zofia", "Maj")
