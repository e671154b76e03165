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
    """Modules with subclasses of this provide a fixture `place`: the scene at their entry point."""

    @pytest.mark.parametrize("who", EACH, ids=lambda who: who.__name__)
    def test_each_caller_is_refused_as_expected(self, place: Scene, who: Callable[[Scene], Person]) -> None:
        assert answers(place, who(place), REFUSED[who]) == REFUSED[who]

    def test_frames_about_a_conversation_of_other_people_are_refused(self, place: Scene) -> None:
        assert heard(place, stranger(place), *FRAMES) == TO_STRANGERS

    def test_blocked_users_cannot_write_but_can_still_sync(self, place: Scene) -> None:
        codes = heard(place, blocked(place), "chat_message", "edit_message", "react", "typing")
        assert codes == [*["blocked"] * 4, "message_stored", "message_stored", "synced"]

    def test_an_invalid_ticket_does_not_open_a_socket(self, place: Scene) -> None:
        found = {name: place.entry.handshake(f"/ws/user/?ticket={each}") for name, each in bad_tickets(place).items()}
        assert found == dict.fromkeys(found, 401)

    def test_urls_signed_for_strangers_and_tampered_urls_are_not_found(self, place: Scene) -> None:
        for each in changed_addresses(place):
            assert place.entry.ask("GET", each).status_code == 404
