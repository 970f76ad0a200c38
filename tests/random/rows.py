"""The table of what a model may grow by. A row draws operands and attributes, and adds a node or a few."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from builder import Builder

Grow = Callable[[Builder], None]


@dataclass(frozen=True)
class Row:
    name: str
    grow: Grow
    families: frozenset[str]
    since: int
    weight: float


ROWS: list[Row] = []


def row(families: str, since: int = 1, weight: float = 1.0) -> Callable[[Grow], Grow]:
    """Registers a function as a row of some families; `any` is part of every family."""

    def register(grow: Grow) -> Grow:
        ROWS.append(Row(grow.__name__, grow, frozenset(families.split()), since, weight))
        return grow

    return register
