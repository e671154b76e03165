"""Emails about reviews: new, answered and hidden ones; and to staff about reports."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from functions.mail.email_message import Email, Fact
from functions.mail.greetings import greeting
from functions.mail.new_accounts import left_out_for
from functions.mail.queries import find_review
from functions.mail.repository import Addressee
from shared.domain.platform_settings import platform_settings
from shared.domain.quotes import quote
from shared.domain.review_texts import name_for_others
from shared.texts import texts

ReviewMail = Literal["review_added", "review_replied", "review_hidden"]
WriteEmail = Callable[[Addressee, dict[str, int]], Email | None]


def _review_email(kind: ReviewMail, to: Addressee, payload: dict[str, int]) -> Email | None:
    """An email about a review; None if it no longer applies or does not concern the addressee."""
    found = find_review(payload["review"], to.user_id)
    if found is None or found.concerns != kind:
        return None
    words = texts(to.language)
    name = name_for_others(found.first_name, found.last_name, to.language)
    facts = [Fact(words[f"fact.{'from' if kind == 'review_added' else 'tutor'}"], name)]
    if kind == "review_added":
        facts.append(Fact(words["fact.stars"], f"{found.stars}/5"))
    left_out = left_out_for(found.author_id, found.review, to.language)
    facts.append(Fact(words["fact.review"], quote(found.review, left_out)))
    if kind == "review_replied":
        left_out = left_out_for(found.replier_id, found.reply, to.language)
        facts.append(Fact(words["fact.reply"], quote(found.reply, left_out)))
    return _email(kind, to, f"{words[f'{kind}.subject']}: {name}", tuple(facts))


review_added_email: WriteEmail = partial(_review_email, "review_added")
review_replied_email: WriteEmail = partial(_review_email, "review_replied")
review_hidden_email: WriteEmail = partial(_review_email, "review_hidden")


def staff_report_email(to: Addressee, _payload: dict[str, int]) -> Email | None:
    """An email to staff about reports; None if the addressee is no longer staff."""
    return _email("staff_report", to, texts(to.language)["staff_report.subject"]) if to.is_staff else None


def _email(kind: str, to: Addressee, subject: str, facts: tuple[Fact, ...] = ()) -> Email:
    words = texts(to.language)
    return Email(
        subject=subject,
        greeting=greeting(to.first_name, to.language),
        before=words[f"{kind}.before"],
        facts=facts,
        link_text=words["open_platform"],
        link=f"{platform_settings().front_url}/",
        after=words[f"{kind}.after"],
        language=to.language,
    )
