"""Errors: what clients can rely on."""

from collections import Counter

import pytest

from local.features import ROUTERS
from shared.kit.errors import AppError, FieldErrors, NotFound, RecordedError, UnknownField
from shared.kit.http.error_schemas import shape_of

# Codes for a request and, with the same meaning, for a message over a socket.
ALSO_OF_SOCKETS = ["blocked", "throttled"]
# Keys whose text `detail` repeats.
OF_THE_FIRST_RELEASE = {"error", "non_field_errors"}


def errors(kind: type[AppError] = AppError) -> list[type[AppError]]:
    """Return all error classes of the features, which the routers import."""
    assert ROUTERS
    below = [each for child in kind.__subclasses__() for each in errors(child)]
    return [each for each in [kind, *below] if each.__module__.partition(".")[0] in {"functions", "shared"}]


def test_every_error_has_a_detail_and_its_own_code() -> None:
    ours = [each for each in errors() if not issubclass(each, RecordedError)]
    assert len(ours) > 20
    for error in ours:
        assert (error.body["detail"], error.body["code"]) == (error.detail, error.code), error
    leaves = [each for each in ours if not each.__subclasses__()]
    assert [each for each in leaves if "code" not in vars(each)] == []
    twice = [code for code, number in Counter(each.code for each in leaves).items() if number > 1]
    assert sorted(twice) == ALSO_OF_SOCKETS


def test_every_error_has_a_named_schema() -> None:
    for error in errors():
        assert shape_of(error.body), error


def test_additional_keys_of_errors_are_described() -> None:
    for error in errors():
        if not issubclass(error, RecordedError):
            assert error.body.keys() - error.facts.keys() <= {"detail", "code", *OF_THE_FIRST_RELEASE}, error
            assert error.facts.keys() <= error.body.keys(), error


@pytest.mark.parametrize("body", [{"nothing": "of ours"}, {"detail": "x", "Error": "y"}])
def test_a_body_of_unknown_shape_is_refused(body: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        shape_of(body)


def test_recorded_errors_keep_their_bodies() -> None:
    assert NotFound.body == {"detail": "Nie znaleziono."}
    assert FieldErrors({"p": ["x"]}).body == {"p": ["x"]}


def test_an_unknown_name_similar_to_none_is_answered_with_all_names() -> None:
    assert UnknownField("qqq", ["start_time"]).body["detail"] == "Nieznana nazwa „qqq”. Znane: start_time."
    assert UnknownField("qqq", []).body["detail"] == "Nieznana nazwa „qqq”."
