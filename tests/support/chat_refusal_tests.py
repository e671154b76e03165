"""The tests of chat permissions, for any entry point."""

from collections.abc import Callable

import pytest

from tests.support.chat_refusals import (
    FRAMES,
    REFUSED,
    TO_STRANGERS,
    Scene,
    answers,
    bad_tickets,
    blocked,
    changed_addresses,
    heard,
    stranger,
)
from tests.support.people import Person

EACH = [each if each in {stranger, blocked} else pytest.param(each, marks=pytest.mark.proof) for each in REFUSED]


class Refusals:
    """A module that inherits these provides a fixture `place`: the scene at its entry point."""

    @pytest.mark.parametrize("who", EACH, ids=lambda who: who.__name__)
    def test_who_is_refused_what(self, place: Scene, who: Callable[[Scene], Person]) -> None:
        assert answers(place, who(place), REFUSED[who]) == REFUSED[who]

    def test_frames_about_a_conversation_of_others_are_refused(self, place: Scene) -> None:
        assert heard(place, stranger(place), *FRAMES) == TO_STRANGERS

    def test_frames_behind_a_block_are_refused_and_what_was_said_is_told(self, place: Scene) -> None:
        codes = heard(place, blocked(place), "chat_message", "edit_message", "react", "typing")
        assert codes == [*["blocked"] * 4, "message_stored", "message_stored", "synced"]

    def test_a_ticket_that_is_good_for_nothing_opens_nothing(self, place: Scene) -> None:
        found = {name: place.entry.handshake(f"/ws/user/?ticket={each}") for name, each in bad_tickets(place).items()}
        assert found == dict.fromkeys(found, 401)

    def test_addresses_of_strangers_and_changed_ones_lead_nowhere(self, place: Scene) -> None:
        for each in changed_addresses(place):
            assert place.entry.ask("GET", each).status_code == 404
