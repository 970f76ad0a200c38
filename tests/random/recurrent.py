"""Rows of recurrences: LSTM, GRU and RNN in each direction and layout, with the optional operands and activations."""

from __future__ import annotations

import numpy as np

import element as el
from builder import Builder, Rejected, Value
from rows import row

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


@row("recurrent", weight=6)
def recurrence(b: Builder) -> None:
    d = b.draw
    op = d.of(list(GATES))
    if b.float_type not in (el.F32, el.F64):
        raise Rejected("types of the operator")
    direction = d.of([None, "forward", "reverse", "bidirectional"])
    directions = 2 if direction == "bidirectional" else 1
    hidden = d.of([1, 2, 3, 4, 8])
    x = b.pick((b.float_type,), (3,), lambda v: len(set(v.extents(2))) == 1 and all(r.size for r in v.runs), 0.3)
    layout = d.of([None, 0, 1]) if b.opset >= 14 and d.chance(0.3) else None
    sequence, batch = (x.extents(1), x.extents(0)) if layout else (x.extents(0), x.extents(1))

    def fixed(*sizes: int) -> list[tuple[int, ...]]:
        return [(n,) * b.run_count for n in sizes]

    gates = GATES[op] * hidden
    w = b.source(fixed(directions, gates, x.shape[2]), x.element, "small")
    r = b.source(fixed(directions, gates, hidden), x.element, "small")
    bias = b.source(fixed(directions, 2 * gates), x.element, "small") if d.chance(0.6) else None
    lengths: Value | None = None
    if d.chance(0.25):
        lengths = b.input_of([d.arrays.integers(1, sequence[k] + 1, [batch[k]]).astype(np.int32) for k in range(b.run_count)], el.I32)
    state = [batch, *fixed(directions, hidden)] if layout else [*fixed(directions), batch, *fixed(hidden)]
    initial = b.input(state, x.element, "small") if d.chance(0.5) else None
    operands = [x, w, r, bias, lengths, initial]
    if op == "LSTM":
        operands.append(b.input(state, x.element, "small") if d.chance(0.5) else None)
        operands.append(b.source(fixed(directions, 3 * hidden), x.element, "small") if d.chance(0.3) else None)
    activations = None
    if d.chance(0.3):
        names = {"LSTM": ["Sigmoid", "Tanh", d.of(["Tanh", "Relu"])], "GRU": ["Sigmoid", d.of(["Tanh", "Relu"])]}
        activations = names.get(op, [d.of(["Tanh", "Relu", "Sigmoid"])]) * directions
    asked = [d.chance(0.7) for _ in range(3 if op == "LSTM" else 2)]
    if not any(asked):
        asked[0] = True
    while not asked[-1]:
        asked.pop()
    results = b.node(
        op, operands, asked, hidden_size=hidden, direction=direction, activations=activations, layout=layout,
        clip=d.of([None, None, None, 0.5]), linear_before_reset=d.of([None, 0, 1]) if op == "GRU" else None,
        input_forget=d.of([None, None, 0, 1]) if op == "LSTM" else None,
    )  # fmt: skip
    # Gates that are nearly closed leave 1e-15 of a state or nothing: no tolerance relative to the largest says so.
    if any(r.size and not r.any() for v in results for r in v.runs):
        raise Rejected("nothing but zeros")
