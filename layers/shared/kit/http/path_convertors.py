"""Types of path parameters: `{id:int32}`. A value that does not fit is an unknown path, 404."""

from typing import Any

from starlette.convertors import Convertor, register_url_convertor

from shared.kit.db.integers import MAX_INT32, MAX_INT64

# More digits than any id has; Python refuses to read more than 4,300.
MAX_DIGITS = 40


def digits_up_to(maximum: int) -> str:
    """A regular expression for the decimal numbers from 0 to `maximum` (at least 10), with leading zeros."""
    digits = str(maximum)
    shorter = f"[0-9]{{1,{len(digits) - 1}}}"
    smaller = [
        f"{digits[:place]}[0-{int(digit) - 1}][0-9]{{{len(digits) - place - 1}}}"
        for place, digit in enumerate(digits)
        if digit != "0"
    ]
    return f"0{{0,{MAX_DIGITS - len(digits)}}}(?:{'|'.join([shorter, *smaller, digits])})"


class IntegerConvertor(Convertor[int]):
    """A whole number that fits a database column; `maximum` is None for endpoints that accept any number."""

    maximum: int | None = None
    regex = f"[0-9]{{1,{MAX_DIGITS}}}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)

    def schema(self) -> dict[str, Any]:
        """The parameter's schema in the API description."""
        bounds = {"minimum": 0} if self.maximum is None else {"minimum": 0, "maximum": self.maximum}
        return {"type": "integer", **bounds}


class Int32Convertor(IntegerConvertor):
    maximum = MAX_INT32
    regex = digits_up_to(MAX_INT32)


class Int64Convertor(IntegerConvertor):
    maximum = MAX_INT64
    regex = digits_up_to(MAX_INT64)


class LowerUuidConvertor(Convertor[str]):
    """A UUID in lower case; in upper case the path is unknown, as recorded in the contract."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def register() -> None:
    """Register the types under our own names; Starlette's stay unchanged."""
    register_url_convertor("lower_uuid", LowerUuidConvertor())
    register_url_convertor("int32", Int32Convertor())
    register_url_convertor("int64", Int64Convertor())
    register_url_convertor("any_int", IntegerConvertor())
