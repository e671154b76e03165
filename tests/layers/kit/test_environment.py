"""Settings from the environment."""

from dataclasses import dataclass

import pytest

from shared.kit.environment import BadSetting, from_environment
from shared.kit.settings import FORMER_NAMES
from shared.kit.settings import Settings as RealSettings


@dataclass(frozen=True)
class Settings:
    test_url: str = "default"
    test_size: int = 5
    test_switch: bool = True
    test_list: tuple[str, ...] = ("a", "b")


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return from_environment(Settings)


def test_unset_variables_have_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == Settings()
    assert read(monkeypatch, TEST_URL="", TEST_SIZE="", TEST_SWITCH="", TEST_LIST="") == Settings()


def test_every_kind_of_value_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch, TEST_URL=" x ", TEST_SIZE="-7", TEST_SWITCH="off", TEST_LIST=" a@x , b,,c")
    assert found == Settings(" x ", -7, test_switch=False, test_list=("a@x", "b", "c"))


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("YES", True), (" on ", True), ("0", False), ("False", False)]
)
def test_switches_accept_the_usual_words(monkeypatch: pytest.MonkeyPatch, text: str, *, value: bool) -> None:
    assert read(monkeypatch, TEST_SWITCH=text).test_switch is value


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("TEST_SIZE", "many", "is not a whole number."),
        ("TEST_SIZE", "5.5", "is not a whole number."),
        ("TEST_SWITCH", "maybe", "is neither on nor off."),
        ("TEST_SWITCH", "2", "is neither on nor off."),
    ],
)
def test_an_invalid_value_is_reported_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    with pytest.raises(BadSetting, match=f"^{name}={value} {complaint}$"):
        read(monkeypatch, **{name: value})


def test_names_are_in_upper_case(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, test_url="lower") == Settings()


def test_a_former_name_is_read_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD_URL", "old")
    with pytest.warns(FutureWarning, match="OLD_URL is called TEST_URL now"):
        assert from_environment(Settings, {"TEST_URL": "OLD_URL"}).test_url == "old"
    monkeypatch.setenv("TEST_URL", "new")
    assert from_environment(Settings, {"TEST_URL": "OLD_URL"}).test_url == "new"
    monkeypatch.delenv("OLD_URL")
    monkeypatch.delenv("TEST_URL")
    assert from_environment(Settings, {"TEST_URL": "OLD_URL"}).test_url == "default"


def test_the_queue_of_the_dispatcher_is_found_by_its_former_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELL_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/1/tell")
    with pytest.warns(FutureWarning, match="DISPATCH_QUEUE_URL"):
        assert from_environment(RealSettings, FORMER_NAMES).dispatch_queue_url.endswith("/tell")
