"""Reactions to messages: which emojis, how many, and who sees them."""

import pytest

from functions.chat.domain.emojis import read_emoji
from tests.support.chat_changes import change
from tests.support.chat_http import Conversation
from tests.support.conversations import add_messages
from tests.support.people import People, query
from tests.support.races import at_once

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
FIVE = ["👍", "❤️", "😂", "🎉", "🙏"]


def test_both_members_see_who_reacted_with_what(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz")
    for person, emoji in ((conversation.student, "👍"), (conversation.tutor, "👍"), (conversation.tutor, "❤")):
        answer = change("POST", person, conversation.id, 1, {"emoji": emoji}, "reactions/")
        assert answer.status == 200
    both = sorted(str(person.id) for person in (conversation.student, conversation.tutor))
    assert answer.json["reactions"] == [
        {"emoji": "❤️", "users": [str(conversation.tutor.id)]},
        {"emoji": "👍", "users": both},
    ]
    for _again in range(2):
        answer = change("DELETE", conversation.tutor, conversation.id, 1, rest="reactions/?emoji=%F0%9F%91%8D")
        assert answer.status == 200
    assert answer.json["reactions"][1]["users"] == [str(conversation.student.id)]


def test_missing_deleted_and_other_people_s_messages_cannot_be_reacted_to(
    people: People, conversation: Conversation
) -> None:
    add_messages(conversation.id, conversation.student, "raz")
    for person, seq in ((people.student(), 1), (conversation.student, 2)):
        for method, body, rest in (("POST", {"emoji": "👍"}, "reactions/"), ("DELETE", None, "reactions/?emoji=👍")):
            answer = change(method, person, conversation.id, seq, body, rest)
            assert (answer.status, answer.json["code"]) == (404, "message_not_found")
    change("DELETE", conversation.student, conversation.id, 1)
    answer = change("POST", conversation.tutor, conversation.id, 1, {"emoji": "👍"}, "reactions/")
    assert (answer.status, answer.json["code"]) == (409, "message_deleted")
    assert query("SELECT count(*) FROM message_reactions") == [(0,)]


def test_a_person_may_put_five_emojis_on_a_message(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz")
    for emoji in (*FIVE, *FIVE):
        assert change("POST", conversation.tutor, conversation.id, 1, {"emoji": emoji}, "reactions/").status == 200
    answer = change("POST", conversation.tutor, conversation.id, 1, {"emoji": "🚀"}, "reactions/")
    assert (answer.status, answer.json["code"]) == (409, "too_many_reactions")
    assert change("POST", conversation.student, conversation.id, 1, {"emoji": "🚀"}, "reactions/").status == 200


def test_of_ten_concurrent_reactions_five_stay(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz")
    emojis = [*FIVE, "🚀", "🐈", "🍕", "⚽", "🌍"]
    answers = at_once(
        *(
            lambda emoji=emoji: change("POST", conversation.tutor, conversation.id, 1, {"emoji": emoji}, "reactions/")
            for emoji in emojis
        )
    )
    assert sorted(answer.status for answer in answers) == [200] * 5 + [409] * 5
    assert query("SELECT cardinality(emojis) FROM message_reactions") == [(5,)]
    assert query("SELECT change_seq FROM conversations") == [(5,)]


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("👍", "👍"),
        ("👍🏽", "👍🏽"),
        ("❤", "❤️"),
        ("❤️", "❤️"),
        ("✅️", "✅"),
        ("⭐", "⭐"),
        ("☝🏿", "☝🏿"),
        ("👩‍❤‍💋‍👩", "👩‍❤️‍💋‍👩"),
        ("👨🏻‍🦰", "👨🏻‍🦰"),
        ("🏳️‍🌈", "🏳️‍🌈"),
        ("🇵🇱", "🇵🇱"),
        (SCOTLAND, SCOTLAND),
        ("1⃣", "1️⃣"),
        ("©", "©️"),
        ("ℹ️", "ℹ️"),
        ("🫨", "🫨"),
        ("🏽", "🏽"),
        ("〰️", "〰️"),
        ("🈂", "🈂️"),
    ],
)
def test_variants_of_an_emoji_are_stored_in_one_form(text: str, emoji: str) -> None:
    assert read_emoji(text) == emoji
    assert read_emoji(emoji) == emoji


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "a",
            "ok",
            "5",
            "#",
            "ż",
            "好",
            "+1",
            ":)",
            "<b>",
            "\0",
            "\ud800",
            "\u200d",
            "\ufe0f",
            "🇵",
            "∑",
            "█",
            "⠿",
        ),
        *(
            "👍👍",
            "🏽🏽",
            "👍 ",
            "❤️❤️",
            "👍\u200d",
            "\u200d👍",
            "👍\u200d\u200d👍",
            "👍a",
            "🇵🇱🇩🇪",
            "12⃣",
            "👍" + "\u200d👍" * 6,
        ),
    ],
)
def test_nothing_else_is_an_emoji(text: str) -> None:
    assert read_emoji(text) is None
