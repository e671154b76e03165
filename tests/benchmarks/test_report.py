"""A figure is below its floor only when it is worse than the last release's, whatever its target."""

from collections.abc import Iterator

import pytest

from tests.benchmarks.report import Figure, attempt, report, timed


@pytest.mark.parametrize(
    ("figure", "status", "said"),
    [
        (Figure("more is better", 0.5, at_least=0.8, floor=0.4), 0, "MISSED"),
        (Figure("more is better", 0.3, at_least=0.8, floor=0.4), 1, "FAILED"),
        (Figure("more is better", 0.8, at_least=0.8, floor=0.4), 0, "met"),
        (Figure("less is better", 60, at_most=50, floor=87), 0, "MISSED"),
        (Figure("less is better", 90, at_most=50, floor=87), 1, "FAILED"),
        (Figure("less is better", 50, at_most=50, floor=87), 0, "met"),
        (Figure("new", 60, at_most=50), 0, "MISSED"),
        (Figure("beside another", 60), 0, "60.00"),
    ],
)
def test_only_the_floor_decides_and_the_target_is_reported(
    figure: Figure, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report([figure]) == status
    assert said in capsys.readouterr().out


def test_a_part_that_raises_fails_the_run_but_the_others_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> Iterator[Figure]:
        yield Figure("before it", 1)
        raise TimeoutError("the server did not start")

    def figures() -> Iterator[Figure]:
        yield from attempt(broken)
        yield Figure("after it", 2)

    assert report(timed(figures(), 8)) == 1
    said = capsys.readouterr()
    assert [line.split("  ")[0] for line in said.out.splitlines()] == [
        "before it",
        "tests.benchmarks.test_report.broken",
        "after it",
        "all of this, minutes",
    ]
    assert "TimeoutError" in said.err
