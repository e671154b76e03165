"""Guards: they decide who may call an endpoint."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from shared.kit.errors import AppError
from shared.kit.http.fastapi import APIRoute

Decided = TypeVar("Decided")


class Guard(Generic[Decided]):
    """A dependency that decides who may call; it also runs before a 405 response.

    Every route it guards documents its `errors`.
    """

    def __init__(self, decide: Callable[[Request], Decided], errors: tuple[type[AppError], ...]) -> None:
        self.decide = decide
        self.errors = errors

    def __call__(self, request: Request) -> Decided:
        return self.decide(request)


def guard(*errors: type[AppError]) -> Callable[[Callable[[Request], Decided]], Guard[Decided]]:
    """Turn a function into a guard; `errors` are those it raises."""
    return lambda decide: Guard(decide, errors)


def guards_of(route: APIRoute) -> list[Guard[Any]]:
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return [call for call in calls if isinstance(call, Guard)]
