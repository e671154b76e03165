"""What everybody can read, and what only staff can do."""

from playwright.sync_api import expect

from tests.newer_frontend.stage import Stage


def announce(stage: Stage) -> None:
    tutor, student = stage.tutor, stage.student
    for title, tags in (("Kurs maturalny", ("matura", "fizyka")), ("Bez tagów", ("",))):
        tutor.open("/announcements")
        tutor.press("Dodaj ogłoszenie")
        tutor.fill(title=f"{title} {tutor.email}", description="Od stycznia.\nZapraszam!")
        for number, tag in enumerate(tags):
            if number:
                tutor.page.locator("form button.text-green-500").click()
            tutor.page.locator(f"#tag{number}").fill(tag)
        tutor.press("Dodaj")
        tutor.expect_toast("Dodano ogłoszenie")
    student.open("/announcements")
    first = student.page.get_by_role("button").filter(has_text=f"Kurs maturalny {tutor.email}")
    expect(first).to_contain_text("matura, fizyka")
    expect(student.page.get_by_role("button").filter(has_text=f"Bez tagów {tutor.email}")).to_be_visible()
    first.click()
    expect(first).to_contain_text(f"{tutor.name}")
    expect(student.page.get_by_role("button", name="Dodaj ogłoszenie")).to_have_count(0)


def report_an_issue(stage: Stage) -> None:
    student = stage.student
    student.open("/report-issue")
    for title, category in (("Nie widzę kalendarza", "technical_issue"), ("Jak usunąć zdjęcie?", "help_request")):
        student.page.locator("[name=category]").select_option(category)
        student.fill(title=title, description="Od wczoraj.")
        student.press("Wyślij")
        student.expect_toast("Zgłoszenie zostało wysłane")
        expect(student.page.get_by_text(title)).to_be_visible()
    expect(student.page.locator("p.font-bold")).to_have_text(["Jak usunąć zdjęcie?", "Nie widzę kalendarza"])
    expect(student.page.get_by_text("Nowe", exact=True)).to_have_count(2)


def review(stage: Stage) -> None:
    student = stage.student
    query = {"search_by_full_name": stage.tutor.name}
    (found,) = stage.api.get("/v2/api/user/tutor/search/", params=query).json()["results"]
    student.open(f"/instructors/{found['id']}")
    student.fill(review="Świetnie tłumaczy.")
    student.page.locator("form:has([name=review]) span[role=button], form:has([name=review]) svg").nth(4).click()
    student.press("Wyślij")
    expect(student.page.get_by_text("Opinie (1)")).to_be_visible()
    expect(student.page.get_by_text("Świetnie tłumaczy.")).to_be_visible()
