"""The email about a wait for a seat that ended without an offer."""

from functions.mail.email_message import Email, Fact
from functions.mail.greetings import greeting
from functions.mail.repository import Addressee
from shared.data.ended_waits import find_ended_wait
from shared.domain.ended_wait_texts import EndedWaitTexts
from shared.domain.platform_settings import platform_settings
from shared.kit.db.pool import connection


def waitlist_ended_email(to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email that a wait has ended; None if it is another student's, or the session has begun meanwhile."""
    with connection() as db:
        wait = find_ended_wait(db, payload["waitlist_entry"])
    if wait is None or wait.student_id != to.user_id or wait.has_begun:
        return None
    words = EndedWaitTexts(wait)
    return Email(
        subject=words.summary,
        greeting=greeting(to.first_name, to.language),
        before=words.say(f"waitlist_{wait.state}.before"),
        facts=(
            Fact(words.say("fact.tutor"), words.tutor),
            Fact(words.say("fact.when"), words.when_and_zone),
            Fact(words.say("fact.what"), words.kind_and_form),
        ),
        link_text=words.say("open_platform"),
        link=f"{platform_settings().front_url}/",
        after=words.say("waitlist_ended.after"),
        language=to.language,
    )
