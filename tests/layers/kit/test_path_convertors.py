"""Path parameters: numbers that fit into a column of the database."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.convertors import CONVERTOR_TYPES, IntegerConvertor

from shared.kit.http.path_convertors import Int32Convertor, Int64Convertor, digits_up_to


@given(st.integers(10, 10**20), st.integers(0, 10**21), st.integers(0, 5))
def test_numbers_up_to_a_maximum_fit(maximum: int, number: int, zeros: int) -> None:
    fits = re.fullmatch(digits_up_to(maximum), "0" * zeros + str(number)) is not None
    assert fits == (number <= maximum)


@pytest.mark.parametrize("convertor", [Int32Convertor, Int64Convertor])
def test_the_bounds_are_those_of_the_database(convertor: type[Int32Convertor | Int64Convertor]) -> None:
    maximum = convertor.maximum
    assert maximum in {2**31 - 1, 2**63 - 1}
    assert re.fullmatch(convertor.regex, str(maximum))
    assert re.fullmatch(convertor.regex, f"00{maximum}")
    for wrong in (str(maximum + 1), "-1", "", "1.0", "x", "٣", "9" * 5_000, "0" * 5_000):
        assert not re.fullmatch(convertor.regex, wrong), wrong


def test_starlette_s_own_type_is_left_alone() -> None:
    assert type(CONVERTOR_TYPES["int"]) is IntegerConvertor
