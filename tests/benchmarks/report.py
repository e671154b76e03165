"""Figures and whether they meet their targets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure with its target, if it has one."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    detail: str = ""

    @property
    def met(self) -> bool:
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    def row(self) -> str:
        target = f">= {self.at_least:g}" if self.at_least is not None else ""
        target = f"<= {self.at_most:g}" if self.at_most is not None else target
        mark = "" if not target else ("ok" if self.met else "MISSED")
        return f"{self.name:58} {self.value:8.2f}  {target:9} {mark:6} {self.detail}"
