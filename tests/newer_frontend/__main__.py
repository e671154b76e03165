"""Drive the newer frontend in Chromium as a student and a tutor at the same time: `python -m tests.newer_frontend`.

`make run FRONTEND2=http://localhost:3000` says how the frontend is built and started. FRONT and URL are where it and
this server are; screenshots of both people after each step go to the folder PICTURES. Exits with 1 if a step does not
work, or if a page has complained of something that the frontend does not do by itself.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright

from tests.newer_frontend import accounts, boards, chat, disturbances, lessons, tutors
from tests.newer_frontend.stage import Stage
from tests.newer_frontend.visitor import PATIENCE, Visitor
from tests.support.chromium import FLAGS, find_chromium

STEPS = (
    accounts.register,
    accounts.cannot_register_twice,
    accounts.cannot_sign_in_unconfirmed,
    accounts.confirm,
    accounts.cannot_sign_in_with_a_wrong_password,
    accounts.sign_in,
    tutors.describe_lessons,
    tutors.offer_slots,
    tutors.take_a_slot_back,
    tutors.change_the_picture,
    tutors.search,
    tutors.find_by_name,
    lessons.reserve,
    lessons.hear_of_it,
    lessons.ask_a_tutor_who_confirms_by_hand,
    lessons.be_confirmed,
    lessons.come_second,
    chat.open_a_conversation,
    chat.talk,
    chat.send_files,
    chat.read_older_messages,
    boards.announce,
    boards.report_an_issue,
    boards.review,
    disturbances.load_every_page_again,
    disturbances.outlive_the_access_cookie,
    disturbances.talk_over_a_slow_network,
    disturbances.come_back_online,
    accounts.sign_out,
)


def drive(stage: Stage, pictures: Path | None) -> int:
    """Take every step, even after failures; return the number of failed steps."""
    failed = 0
    for number, step in enumerate(STEPS, 1):
        began = time.monotonic()
        problems = [problem] if (problem := tried(step, stage)) else []
        for visitor in (stage.student, stage.tutor):
            problems += [f"{visitor.first_name}: {each}" for each in visitor.complaints]
            visitor.complaints.clear()
            if pictures:
                visitor.page.screenshot(path=pictures / f"{number:02} {step.__name__} {visitor.first_name}.png")
        verdict = "\n".join(["FAILED", *problems]) if problems else "ok"
        print(f"{step.__name__.replace('_', ' '):40} {time.monotonic() - began:5.1f} s  {verdict}", flush=True)
        failed += bool(problems)
    return failed


def tried(step: Callable[[Stage], None], stage: Stage) -> str:
    """What went wrong, or nothing."""
    try:
        step(stage)
    except (AssertionError, PlaywrightError, httpx.HTTPError) as error:
        return str(error).partition("\nAria snapshot")[0]
    return ""


def main() -> int:
    front, url = os.environ.get("FRONT", "http://localhost:3000"), os.environ.get("URL", "http://localhost:8000")
    pictures = Path(named) if (named := os.environ.get("PICTURES")) else None
    expect.set_options(timeout=PATIENCE)
    # Names of letters that nobody has had before.
    last_name = "N" + "".join(chr(ord("a") + int(digit)) for digit in str(int(time.time())))
    with (
        sync_playwright() as playwright,
        httpx.Client(base_url=url) as api,
        playwright.chromium.launch(executable_path=find_chromium(playwright.chromium), args=FLAGS) as browser,
    ):
        student = Visitor.at(browser, front, "Ala", last_name, "example.com")
        tutor = Visitor.at(browser, front, "Bartek", last_name, "prz.edu.pl")
        failed = drive(Stage(api, student, tutor), pictures)
    print(f"{failed} of {len(STEPS)} failed" if failed else f"all {len(STEPS)} work")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
