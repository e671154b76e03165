"""Mails in a browser as narrow as a small phone."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from functions.mail.account_emails import password_reset
from functions.mail.email_message import Fact, as_message
from tools.cloud.mail import read_mail

LINK = "https://korepetycje.example/account/reset-password/?reset_token=" + "a1" * 24
FACTS = (
    Fact("Korepetytor", "Wilhelmina-Konstantynopolitańczykowianecka"),
    Fact("Kiedy", "w poniedziałek 10 października 2035 o 14:00 (America/Argentina/ComodRivadavia), 60 min"),
    Fact("Gdzie", f"https://meet.example.com/Korepetycje-{'x' * 80}", is_link=True),
    Fact("Wiadomość od ucznia", "całki " * 30 + "x" * 200),
    Fact("Odwołać można do", "w środę 10 stycznia 2035 o 02:00 (Europe/Warsaw)"),
    Fact("Cena", "80,00 PLN"),
)
OVERHANG = """() => Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll("body *")]
    .map((each) => each.getBoundingClientRect().right)) - window.innerWidth"""


@pytest.mark.parametrize("width", [320, *(pytest.param(each, marks=pytest.mark.proof) for each in (375, 1280))])
@pytest.mark.parametrize("facts", [FACTS, ()], ids=["booking", "account"])
def test_no_part_of_a_mail_overflows_the_screen(browser: Browser, facts: tuple[Fact, ...], width: int) -> None:
    written = replace(password_reset("Jan", LINK, 30), facts=facts)
    html = read_mail(as_message(written, "no-reply@example.com", "ola@example.com").as_bytes()).html
    page = browser.new_page(viewport={"width": width, "height": 640})
    try:
        page.set_content(html)
        assert page.evaluate(OVERHANG) <= 0
        assert page.locator("td").count() == 2 * len(facts)
    finally:
        page.close()
