"""Choices of one seed: sizes, kinds, and arrays of values that a comparison can be trusted on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

import element as el

T = TypeVar("T")

SPECIAL = (np.nan, np.inf, -np.inf, -0.0, 0.0, 1e-30, 3e38, -3e38, 0.5, 1.5, 2.5, -0.5)


class Draw:
    """A stream of choices. The same seed gives the same choices."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.arrays = np.random.default_rng(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def of(self, choices: Sequence[T]) -> T:
        return choices[self.random.randrange(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        return self.random.choices([c for c, _ in choices], [w for _, w in choices])[0]

    def between(self, least: int, most: int) -> int:
        """Both ends included."""
        return self.random.randint(least, most)

    def some(self, choices: Sequence[T], least: int = 0) -> list[T]:
        """A part of `choices`, in their order."""
        count = self.between(min(least, len(choices)), len(choices))
        kept = sorted(self.random.sample(range(len(choices)), count))
        return [choices[i] for i in kept]

    def shuffled(self, choices: Sequence[T]) -> list[T]:
        return self.random.sample(list(choices), len(choices))

    def floats(self, shape: Sequence[int], kind: str) -> np.ndarray:
        """float64 values of a kind: `quarters` are exact in every float type and give ties, `special` has NaN and the like."""
        if kind == "quarters":
            return self.arrays.integers(-12, 13, shape) / 4.0
        if kind == "positive":
            return self.arrays.uniform(0.25, 2.0, shape)
        if kind == "unit":
            return self.arrays.uniform(0.0, 1.0, shape)
        if kind == "small":
            return self.arrays.normal(0.0, 0.3, shape)
        values = self.arrays.normal(0.0, 1.0, shape)
        if kind == "special":
            chosen = self.arrays.random(shape) < 0.3
            values = np.where(chosen, self.arrays.choice(SPECIAL, shape), values)
        return values

    def array(self, element: int, shape: Sequence[int], kind: str = "normal") -> np.ndarray:
        shape = tuple(shape)
        if element == el.BOOL:
            return self.arrays.random(shape) < 0.5
        if el.is_float(element):
            with np.errstate(over="ignore"):
                return self.floats(shape, kind).astype(el.NUMPY[element])
        if kind == "seven bits":
            # ONNX Runtime's products of u8 and i8 saturate between two terms on machines without VNNI.
            return self.arrays.integers(-64 if element in el.SIGNED else 0, 64, shape).astype(el.NUMPY[element])
        low, high = (0, 7) if element in el.UNSIGNED or kind == "positive" else (-6, 7)
        if kind == "full" and element in (el.I8, el.U8, el.I16, el.U16):
            info = np.iinfo(el.NUMPY[element])
            low, high = info.min, info.max + 1
        if kind == "special" and element in (el.I8, el.U8, el.I16, el.U16, el.I32, el.I64):
            info = np.iinfo(el.NUMPY[element])
            extreme = self.arrays.choice(np.array([info.min, info.max, 0, 1], el.NUMPY[element]), shape)
            return np.where(self.arrays.random(shape) < 0.2, extreme, self.arrays.integers(low, high, shape)).astype(el.NUMPY[element])
        return self.arrays.integers(low, high, shape).astype(el.NUMPY[element])
