"""Rows of operators that move values: reshapes, transposes, concatenation, slices, padding, expansion, splits."""

from __future__ import annotations

import numpy as np

import element as el
from builder import Builder, Rejected, Value
from rows import row

ANY = el.ALL


def pick_any(b: Builder, ranks=(0, 1, 2, 3, 4, 5), **more) -> Value:
    return b.pick((b.float_type,) if b.draw.chance(0.75) else ANY, ranks, **more)


def axis_of(b: Builder, x: Value) -> int:
    axis = b.draw.between(0, x.rank - 1)
    return axis - x.rank if b.draw.chance(0.3) else axis


@row("any layout", weight=4)
def transpose(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3, 4, 5))
    perm = None if b.draw.chance(0.15) else b.draw.shuffled(range(x.rank))
    b.one("Transpose", [x], perm=perm)


@row("any layout", weight=4)
def reshape(b: Builder) -> None:
    x = pick_any(b)
    if b.draw.chance(0.15):
        b.one("Flatten", [x], axis=b.draw.of([None, *range(x.rank + 1), *([-1] if b.opset >= 11 and x.rank else [])]))
        return
    b.one("Reshape", [x, reshape_target(b, x)], allowzero=b.draw.of([None, None, 0]) if b.opset >= 14 else None)


def reshape_target(b: Builder, x: Value) -> Value:
    """A shape with a -1 or zeros: axes merged, split, or shuffled with their count kept."""
    sizes = list(x.shape)
    varying = [axis for axis in range(x.rank) if len(set(x.extents(axis))) > 1]
    form = b.draw.of(["flat", "merge", "split", "factors", "keep"])
    if form == "flat":
        return b.int64(-1)
    if form == "keep" and x.rank:
        return b.int64(*[0 if a not in varying or b.draw.chance(0.5) else 0 for a in range(x.rank)])
    if form == "merge" and x.rank >= 2:
        axis = b.draw.between(0, x.rank - 2)
        target = [0] * axis + [-1]
        rest = sizes[axis + 2 :]
        if any(a > axis + 1 for a in varying):
            raise Rejected("a later extent is open")
        return b.int64(*target, *rest)
    if form == "split" and x.rank:
        fixed = [a for a in range(x.rank) if a not in varying and x.shape[a] > 1]
        if not fixed or len(varying) > 1:
            raise Rejected("nothing to split")
        axis = b.draw.of(fixed)
        factor = b.draw.of([f for f in range(1, sizes[axis] + 1) if sizes[axis] % f == 0])
        target = [-1 if a in varying else s for a, s in enumerate(sizes)]
        target[axis : axis + 1] = [factor, sizes[axis] // factor]
        return b.int64(*target)
    if len(varying) > 1:
        raise Rejected("two extents are open")
    count = int(np.prod([s for a, s in enumerate(sizes) if a not in varying], dtype=np.int64))
    first = b.draw.of([f for f in range(1, count + 1) if count % f == 0] or [1])
    return b.int64(*b.draw.shuffled([-1, first]))


@row("any layout", weight=2)
def unsqueeze(b: Builder) -> None:
    x = pick_any(b, (0, 1, 2, 3, 4))
    rank = x.rank + b.draw.between(1, 2)
    axes = sorted(b.draw.random.sample(range(rank), rank - x.rank))
    axes = [a - rank if b.draw.chance(0.3) else a for a in axes]
    if b.opset >= 13:
        b.one("Unsqueeze", [x, b.int64(*axes)])
    else:
        b.one("Unsqueeze", [x], axes=axes)


@row("any layout", weight=2)
def squeeze(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3, 4, 5), where=lambda v: any(set(v.extents(a)) == {1} for a in range(v.rank)))
    ones = [a for a in range(x.rank) if set(x.extents(a)) == {1}]
    axes = b.draw.some(ones, 1)
    if len(ones) == sum(1 in x.extents(a) for a in range(x.rank)) and b.draw.chance(0.2) and x.is_static:
        b.one("Squeeze", [x])
    elif b.opset >= 13:
        b.one("Squeeze", [x, b.int64(*axes)])
    else:
        b.one("Squeeze", [x], axes=axes)


@row("any concat", weight=5)
def concat(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3, 4))
    axis = axis_of(b, x)
    operands = [x]
    for _ in range(b.draw.between(0 if b.draw.chance(0.1) else 1, 3)):
        extents = x.all_shapes()
        fits = [
            v
            for v in b.visible()
            if v.element == x.element
            and v.rank == x.rank
            and all(v.extents(a) == x.extents(a) for a in range(x.rank) if a != axis % x.rank)
        ]
        if fits and b.draw.chance(0.6):
            operands.append(b.draw.of(fits[-8:]))
            continue
        extents[axis % x.rank] = b.random_extents()
        operands.append(b.source(extents, x.element))
    b.one("Concat", b.draw.shuffled(operands), axis=axis)


@row("any concat", weight=3)
def split(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3, 4), where=lambda v: any(len(set(v.extents(a))) == 1 for a in range(v.rank)))
    axes = [a for a in range(x.rank) if len(set(x.extents(a))) == 1]
    axis = b.draw.of(axes)
    size = x.shape[axis]
    parts = b.draw.between(1, min(4, max(size, 1)))
    shown = axis - x.rank if b.draw.chance(0.3) else axis
    if b.opset >= 18 and b.draw.chance(0.4):
        b.node("Split", [x], parts, axis=shown, num_outputs=parts)
        return
    if size % parts == 0 and b.opset < 18 and b.draw.chance(0.4):
        b.node("Split", [x], parts, axis=shown)
        return
    cuts = sorted(b.draw.between(0, size) for _ in range(parts - 1))
    lengths = np.diff([0, *cuts, size]).tolist()
    if b.opset >= 13:
        b.node("Split", [x, b.int64(*lengths)], parts, axis=shown)
    else:
        b.node("Split", [x], parts, axis=shown, split=lengths)


@row("any slice", weight=5)
def slice_(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3, 4))
    axes = b.draw.some(range(x.rank), 1)
    starts, ends, steps = [], [], []
    for axis in axes:
        size = min(x.extents(axis))
        step = b.draw.weighted([(1, 5), (2, 2), (3, 1), (-1, 2), (-2, 1), (7, 0.3)])
        low, high = sorted((b.draw.between(0, max(size, 1)), b.draw.between(0, size + 2)))
        if step < 0:
            low, high = high, low - 1
            high = high if high >= 0 and b.draw.chance(0.7) else b.draw.of([-1000, -(2**31), np.iinfo(np.int64).min])
        elif b.draw.chance(0.3):
            high = b.draw.of([2**31 - 1, 2**63 - 1, 1000])
        if b.draw.chance(0.25) and size:
            low = low - size if low <= size else low
        starts.append(low)
        ends.append(high)
        steps.append(step)
    kind = el.I64 if max(map(abs, ends)) >= 2**31 or b.draw.chance(0.8) else el.I32
    shown = [a - x.rank if b.draw.chance(0.2) else a for a in axes]
    operands = [x, b.constant(starts, kind), b.constant(ends, kind)]
    if axes != list(range(len(axes))) or b.draw.chance(0.7) or set(steps) != {1}:
        operands.append(b.constant(shown, kind))
    if set(steps) != {1} or b.draw.chance(0.3):
        operands.append(b.constant(steps, kind))
    b.one("Slice", operands)


@row("any pad", weight=4)
def pad(b: Builder) -> None:
    modes = ["constant", "edge", "reflect"] + (["wrap"] if b.opset >= 19 else [])
    mode = b.draw.of(modes)
    x = pick_any(b, (1, 2, 3, 4))
    axes = b.draw.some(range(x.rank), 1)
    lows = [b.draw.weighted([(0, 2), (1, 3), (2, 2), (3, 1), (14, 0.2), (-1, 0.4)]) for _ in axes]
    highs = [b.draw.weighted([(0, 2), (1, 3), (2, 2), (3, 1), (-1, 0.4)]) for _ in axes]
    value = None
    if mode == "constant" and b.draw.chance(0.6):
        value = b.constant(b.draw.of([0, 1, 3]), x.element)
    if b.opset >= 18 and b.draw.chance(0.5):
        chosen = b.constant([a - x.rank if b.draw.chance(0.2) else a for a in axes], el.I64)
        b.one("Pad", [x, b.int64(*lows, *highs), value, chosen], mode=mode)
        return
    pads = np.zeros((2, x.rank), np.int64)
    pads[0, axes], pads[1, axes] = lows, highs
    b.one("Pad", [x, b.int64(*pads.reshape(-1).tolist()), value], mode=None if mode == "constant" and b.draw.chance(0.4) else mode)


@row("any broadcast", weight=2)
def expand(b: Builder) -> None:
    x = pick_any(b, (0, 1, 2, 3))
    ones = [a for a in range(x.rank) if set(x.extents(a)) == {1}]
    target = [b.draw.of([1, 2, 3]) if a in ones else 1 for a in range(x.rank)]
    target = [b.draw.of([1, 2])] * b.draw.between(0, 1) + target
    if not target:
        target = [2]
    if b.draw.chance(0.4) and x.rank:
        other = b.like(x)
        shape = b.one("Shape", [other])
        b.one("Expand", [b.source([(1,) * b.run_count if b.draw.chance(0.5) else e for e in x.all_shapes()], x.element), shape])
        return
    b.one("Expand", [x, b.int64(*target)])


@row("any layout", weight=2)
def tile(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3, 4))
    b.one("Tile", [x, b.int64(*[b.draw.of([1, 1, 2, 3]) for _ in range(x.rank)])])


@row("any layout conv", weight=1.5)
def depth_space(b: Builder) -> None:
    block = b.draw.of([2, 2, 3])
    if b.draw.chance(0.5):
        x = b.pick((b.float_type,), (4,), fresh=0.3, where=lambda v: len(set(v.extents(1))) == 1 and v.shape[1] % (block * block) == 0)
        b.one("DepthToSpace", [x], blocksize=block, mode=b.draw.of([None, "DCR", "CRD"]))
    else:
        x = b.pick((b.float_type,), (4,), fresh=0.3, where=lambda v: all(e % block == 0 for a in (2, 3) for e in v.extents(a)))
        b.one("SpaceToDepth", [x], blocksize=block)


@row("any", weight=1)
def trilu(b: Builder) -> None:
    if b.opset < 14:
        raise Rejected("a later opset's operator")
    x = pick_any(b, (2, 3, 4))
    k = b.constant(b.draw.between(-2, 2), el.I64) if b.draw.chance(0.6) else None
    b.one("Trilu", [x, k], upper=b.draw.of([None, 0, 1]))


@row("any", weight=1)
def reverse_sequence(b: Builder) -> None:
    x = pick_any(b, (2, 3), where=lambda v: v.is_static)
    time = b.draw.of([0, 1])
    lengths = b.constant(b.draw.arrays.integers(1, max(x.shape[time], 1) + 1, x.shape[1 - time]), el.I64)
    b.one("ReverseSequence", [x, lengths], batch_axis=1 - time, time_axis=time)


@row("any", weight=1)
def center_crop_pad(b: Builder) -> None:
    if b.opset < 18:
        raise Rejected("a later opset's operator")
    x = pick_any(b, (1, 2, 3))
    axes = b.draw.some(range(x.rank), 1)
    b.one("CenterCropPad", [x, b.int64(*[b.draw.between(1, 9) for _ in axes])], axes=axes)


@row("any symbolic", weight=3)
def shape_arithmetic(b: Builder) -> None:
    """Shape, its parts put together, Reshape by them: what exporters write."""
    x = b.pick((b.float_type,), (2, 3, 4))
    if b.opset >= 15 and b.draw.chance(0.4):
        shape = b.one("Shape", [x], start=b.draw.of([None, 0, 1, -2]), end=b.draw.of([None, 2, -1]))
    else:
        shape = b.one("Shape", [x])
    if b.draw.chance(0.3):
        return
    first = b.one("Gather", [shape, b.constant(b.draw.of([0, -1]), el.I64)], axis=0)
    if b.draw.chance(0.3):
        first = b.one(b.draw.of(["Add", "Mul"]), [first, b.constant(b.draw.of([1, 2]), el.I64)])
        if b.draw.chance(0.5):
            b.one("ConstantOfShape", [b.one("Reshape", [first, b.int64(1)])])
            return
        b.one("Range", [b.constant(0, el.I64), first, b.constant(1, el.I64)])
        return
    first = b.one("Unsqueeze", [first, b.int64(0)]) if b.opset >= 13 else b.one("Unsqueeze", [first], axes=[0])
    target = b.one("Concat", b.draw.shuffled([first, b.int64(-1)]), axis=0)
    b.one("Reshape", [x, target])
