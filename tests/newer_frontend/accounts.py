"""A visitor registers, confirms the address, signs in and signs out."""

from playwright.sync_api import Locator, expect

from tests.newer_frontend.stage import Stage
from tests.newer_frontend.visitor import PASSWORD, Visitor

SAME_SITE_COOKIES = {"access": ("Lax", True, False), "refresh": ("Lax", True, False)}


def register(stage: Stage) -> None:
    for visitor, role in ((stage.student, "Uczeń"), (stage.tutor, "Korepetytor")):
        visitor.open("/auth/register")
        visitor.page.get_by_label(role).check()
        visitor.fill(firstName=visitor.first_name, lastName=visitor.last_name, email=visitor.email)
        visitor.fill(password=PASSWORD, repeatPassword=PASSWORD)
        visitor.press("Zarejestruj się")
        visitor.expect_toast("Konto utworzone")
        visitor.page.wait_for_url("**/auth/login")


def cannot_register_twice(stage: Stage) -> None:
    student = stage.student
    student.open("/auth/register")
    student.fill(firstName="Ala", lastName="Nowak", email=student.email)
    student.fill(password=PASSWORD, repeatPassword=PASSWORD)
    with student.expecting("400"):
        student.press("Zarejestruj się")
        student.expect_toast("email")


def cannot_sign_in_unconfirmed(stage: Stage) -> None:
    with stage.student.expecting("400"):
        enter(stage.student, PASSWORD)
        stage.student.expect_toast("Niepoprawne dane logowania")


def confirm(stage: Stage) -> None:
    for visitor in (stage.student, stage.tutor):
        visitor.page.goto(stage.link(visitor))
        visitor.press("Potwierdź")
        visitor.expect_toast("E-mail został potwierdzony")
        visitor.page.wait_for_url("**/auth/login")


def cannot_sign_in_with_a_wrong_password(stage: Stage) -> None:
    with stage.student.expecting("^401 POST .*/api/token/$"):
        enter(stage.student, PASSWORD + "?")
        stage.student.expect_toast("Niepoprawne dane logowania")
    assert stage.student.context.cookies() == []


def sign_in(stage: Stage) -> None:
    for visitor in (stage.student, stage.tutor):
        enter(visitor, PASSWORD)
        visitor.expect_toast("Zalogowano pomyślnie")
        expect(avatar(visitor)).to_be_visible()
        kept = {
            each["name"]: (each["sameSite"], each["httpOnly"], each["secure"]) for each in visitor.context.cookies()
        }
        assert kept == SAME_SITE_COOKIES, kept


def enter(visitor: Visitor, password: str) -> None:
    visitor.open("/auth/login")
    visitor.fill(email=visitor.email, password=password)
    visitor.press("Zaloguj się")


def sign_out(stage: Stage) -> None:
    for visitor in (stage.student, stage.tutor):
        visitor.open("/")
        avatar(visitor).click()
        visitor.page.get_by_text("Wyloguj się").locator("visible=true").click()
        visitor.expect_toast("Wylogowano pomyślnie")
        expect(visitor.page.get_by_role("link", name="Logowanie").locator("visible=true")).to_be_visible()
        assert visitor.context.cookies() == []
        visitor.open("/account/settings")
        visitor.page.wait_for_url("**/auth/login")


def avatar(visitor: Visitor) -> Locator:
    return visitor.page.get_by_alt_text("User profile image").locator("visible=true")
