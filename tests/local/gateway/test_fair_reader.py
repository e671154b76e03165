"""Turns of parsing: one per sender, however many sockets it has."""

import asyncio
from dataclasses import dataclass

import pytest

from local.gateway.fair_reader import FairReader
from tests.support.event_loops import run


@dataclass
class Chunks:
    """A socket, named by its sender and a number; parsing a chunk records the name."""

    name: str
    left: int
    parsed: list[str]

    @property
    def sender(self) -> str:
        return self.name.partition(" ")[0]

    def parse_some(self) -> bool:
        self.parsed.append(self.name)
        self.left -= 1
        return self.left > 0


def parsed_of(monkeypatch: pytest.MonkeyPatch, *sockets: tuple[str, int]) -> list[str]:
    """The order in which sockets are parsed, one chunk per turn of the loop."""
    monkeypatch.setattr("local.gateway.fair_reader.TURN_SECONDS", 0)
    parsed: list[str] = []

    async def read() -> None:
        reader = FairReader(asyncio.get_running_loop())
        for name, chunks in sockets:
            reader.add(Chunks(name, chunks, parsed))
        for _ in range(sum(chunks for _, chunks in sockets)):
            await asyncio.sleep(0)

    run(read())
    return parsed


def test_a_sender_with_many_sockets_gets_one_turn_between_two_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    flood = [(f"flood {number}", 5) for number in range(20)]
    parsed = parsed_of(monkeypatch, *flood, ("ola 1", 2))
    assert [turn for turn, name in enumerate(parsed) if name == "ola 1"] == [2, 4]
    assert len(parsed) == 102


def test_the_sockets_of_a_sender_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = parsed_of(monkeypatch, ("ola 1", 3), ("ola 2", 2))
    assert parsed == ["ola 1", "ola 1", "ola 2", "ola 1", "ola 2"]
