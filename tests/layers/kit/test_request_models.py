"""Request bodies with unknown fields."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.kit.errors import AppError
from shared.kit.http.request_models import RecordedRequestModel, RequestModel, validation_error


class Hours(RequestModel):
    weekday: int = 1


class Week(RequestModel):
    start_time: int = 0
    hours: list[Hours] | None = None


class Recorded(RecordedRequestModel):
    start_time: int = 0


def refused(model: type[BaseModel], body: Any) -> AppError:
    with pytest.raises(ValidationError) as failed:
        model.model_validate(body)
    return validation_error(failed.value.errors(), model)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"strat_time": 1}, "Nieznana nazwa „strat_time”. Czy chodziło o „start_time”?"),
        ({"zzz": 1, "start_time": "x"}, "Nieznana nazwa „zzz”. Znane: start_time, hours."),
        ({"hours": [{}, {"weekdays": 1}]}, "Nieznana nazwa „weekdays”. Czy chodziło o „weekday”?"),
        ({"x" * 1000: 1}, f"Nieznana nazwa „{'x' * 50}”. Znane: start_time, hours."),
    ],
)
def test_an_unknown_field_is_refused_with_a_suggestion(body: Any, detail: str) -> None:
    error = refused(Week, body)
    assert (error.status, error.body) == (400, {"detail": detail, "code": "unknown_field"})


def test_recorded_endpoints_ignore_unknown_fields() -> None:
    assert Recorded.model_validate({"strat_time": 1}) == Recorded()


def test_the_schema_of_a_body_lists_all_fields() -> None:
    assert Week.model_json_schema()["additionalProperties"] is False
    assert "additionalProperties" not in Recorded.model_json_schema()
