"""Concurrent changes to a message."""

from functools import partial

import pytest

from tests.support.chat_changes import change
from tests.support.chat_http import Conversation, list_messages
from tests.support.conversations import add_messages
from tests.support.people import query
from tests.support.races import at_once


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.proof)])
def test_an_edit_never_brings_a_deleted_message_back(conversation: Conversation, rounds: int) -> None:
    """In either order the message ends up empty, and both devices know the order from the numbers."""
    add_messages(conversation.id, conversation.student, *(["raz"] * rounds))
    for seq in range(1, rounds + 1):
        edited, deleted = at_once(
            partial(change, "PATCH", conversation.student, conversation.id, seq, {"body": "dwa"}),
            partial(change, "DELETE", conversation.student, conversation.id, seq),
        )
        assert (deleted.status, deleted.json["only_for_you"]) == (200, False)
        if edited.status == 200:
            assert edited.json["change_seq"] + 1 == deleted.json["change_seq"]
        else:
            assert (edited.status, edited.json["code"]) == (409, "message_deleted")
    assert set(conversation.stored()) == {""}
    assert query("SELECT count(DISTINCT change_seq) = %s FROM messages", rounds) == [(True,)]
    shown = list_messages(conversation.tutor, conversation.id)
    assert {each["body"] for each in shown} == {"Wiadomość usunięta"}


def test_changes_by_both_members_are_numbered_without_gaps(conversation: Conversation) -> None:
    add_messages(conversation.id, conversation.student, "raz", "dwa")
    answers = at_once(
        *(
            lambda text=text: change("PATCH", conversation.student, conversation.id, 1, {"body": text})
            for text in "abc"
        ),
        *(
            lambda emoji=emoji: change("POST", conversation.tutor, conversation.id, 2, {"emoji": emoji}, "reactions/")
            for emoji in "👍🎉🙏"
        ),
    )
    assert [answer.status for answer in answers] == [200] * 6
    assert query("SELECT change_seq FROM conversations") == [(6,)]
    assert max(answer.json["change_seq"] for answer in answers) == 6
    [last] = query("SELECT body, change_seq FROM messages WHERE seq = 1")
    edits = {answer.json["change_seq"]: answer.json["body"] for answer in answers[:3]}
    assert edits[last[1]] == last[0]
    assert last[1] == max(edits)
