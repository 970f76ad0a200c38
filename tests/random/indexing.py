"""Rows of operators that index by data, and whose extents depend on data."""

from __future__ import annotations

import numpy as np

import element as el
from builder import Builder, Rejected, Value
from movement import axis_of, pick_any
from rows import row


def indices(b: Builder, least: int, shape: list[tuple[int, ...]], element: int | None = None, is_unique: bool = False) -> Value:
    """Numbers from -least to least - 1 as a constant or an input."""
    if least < 1:
        raise Rejected("nothing to index")
    element = element or b.draw.of([el.I64, el.I64, el.I32])
    low = -least if b.draw.chance(0.3) else 0
    made = []
    for k in range(b.run_count):
        dims = [e[k] for e in shape]
        if is_unique:
            made.append(b.draw.arrays.permuted(np.arange(least))[: dims[0]])
        else:
            made.append(b.draw.arrays.integers(low, least, dims))
    arrays = [a.astype(el.NUMPY[element]) for a in made]
    if all(len(set(e)) == 1 for e in shape) and b.draw.chance(0.5):
        return b.constant(arrays[0])
    return b.input_of(arrays, element)


@row("any index", weight=4)
def gather(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3, 4))
    axis = axis_of(b, x)
    shape = b.random_shape(b.draw.of([0, 1, 1, 2]), 5)
    b.one("Gather", [x, indices(b, min(x.extents(axis % x.rank)), shape)], axis=axis)


@row("any index", weight=3)
def gather_elements(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3))
    axis = axis_of(b, x)
    shape = [
        b.random_extents() if a == axis % x.rank else (tuple(b.draw.between(1, max(1, n)) for n in e) if len(set(e)) == 1 and b.draw.chance(0.4) else e)
        for a, e in enumerate(x.all_shapes())
    ]
    shape = [(e[0],) * b.run_count if len(set(x.extents(a))) == 1 and a != axis % x.rank else e for a, e in enumerate(shape)]
    b.one("GatherElements", [x, indices(b, min(x.extents(axis % x.rank)), shape)], axis=axis)


@row("any index", weight=2)
def gather_nd(b: Builder) -> None:
    x = pick_any(b, (2, 3, 4))
    batch = b.draw.of([0, 0, 1]) if b.opset >= 12 else 0
    depth = b.draw.between(1, x.rank - batch)
    least = min(min(x.extents(a)) for a in range(batch, batch + depth))
    lead = x.all_shapes()[:batch] + b.random_shape(b.draw.between(0 if batch else 1, 2), 4)
    b.one("GatherND", [x, indices(b, least, [*lead, (depth,) * b.run_count], el.I64)], batch_dims=batch if b.opset >= 12 else None)


@row("any index", weight=3)
def scatter_elements(b: Builder) -> None:
    x = b.pick((b.float_type,) if b.draw.chance(0.7) else el.ALL, (1, 2, 3))
    axis = axis_of(b, x)
    place = axis % x.rank
    if not min(x.extents(place)):
        raise Rejected("no place to scatter to")
    count = b.draw.between(1, min(x.extents(place)))
    reduction = None
    if b.opset >= 16 and b.draw.chance(0.4):
        reduction = b.draw.of(["none", "add", "mul"] + (["max", "min"] if b.opset >= 18 else []))
    shape = [(count,) * b.run_count if a == place else e for a, e in enumerate(x.all_shapes())]
    if reduction in (None, "none"):
        # Where two updates meet, the order is not defined: each line of the axis has its own places.
        arrays = []
        for k in range(b.run_count):
            dims = [e[k] for e in shape]
            dims[place] = x.runs[k].shape[place]
            order = np.argsort(b.draw.arrays.random(dims), axis=place)
            arrays.append(np.take(order, np.arange(count), axis=place).astype(np.int64))
        index = b.input_of(arrays, el.I64)
    else:
        index = indices(b, min(x.extents(place)), shape)
    updates = b.like(index, x.element) if b.draw.chance(0.3) else b.source(index.all_shapes(), x.element)
    op = "Scatter" if b.opset < 11 else "ScatterElements"
    b.one(op, [x, index, updates], axis=axis, reduction=reduction)


@row("any index", weight=2)
def scatter_nd(b: Builder) -> None:
    x = b.pick((b.float_type,) if b.draw.chance(0.7) else (el.I32, el.I64, el.F32), (1, 2, 3))
    least = min(x.extents(0))
    count = b.draw.between(1, max(1, least))
    reduction = None
    if b.opset >= 16 and b.draw.chance(0.4):
        reduction = b.draw.of(["none", "add", "mul"] + (["max", "min"] if b.opset >= 18 else []))
    index = indices(b, least, [(count,) * b.run_count, (1,) * b.run_count], el.I64, is_unique=False)
    if reduction in (None, "none"):
        rows = b.draw.arrays.permuted(np.arange(least))[:count].reshape(count, 1)
        index = b.constant(rows.astype(np.int64))
    updates = b.source([(count,) * b.run_count, *x.all_shapes()[1:]], x.element)
    b.one("ScatterND", [x, index, updates], reduction=reduction)


@row("any index", weight=2)
def one_hot(b: Builder) -> None:
    depth = b.draw.between(1, 6)
    index = indices(b, depth, b.random_shape(b.draw.between(0, 2), 5))
    element = b.draw.of([el.F32, el.I64, el.I32])
    index_rank = index.rank
    axis = b.draw.of([None, -1, *range(index_rank + 1)])
    values = b.constant([b.draw.of([0, -1]), b.draw.of([1, 3])], element)
    shown = b.constant(depth, el.I64) if b.draw.chance(0.5) else b.int64(depth)
    b.one("OneHot", [index, shown, values], axis=axis)


@row("any index", weight=2)
def top_k(b: Builder) -> None:
    x = b.pick((b.float_type,) if b.draw.chance(0.7) else (el.F32, el.I32, el.I64), (1, 2, 3))
    axis = axis_of(b, x)
    k = b.int64(b.draw.between(1, max(1, min(x.extents(axis % x.rank)))))
    values, places = b.node("TopK", [x, k], 2, axis=axis, largest=b.draw.of([None, 0, 1]), sorted=b.draw.of([None, 1]))
    if b.draw.chance(0.3) and x.rank == 1:
        b.one("Gather", [x, places])
    del values


@row("dynamic", weight=4)
def non_zero(b: Builder) -> None:
    x = b.pick((el.BOOL, el.F32, el.I32, el.I64), (1, 2, 3), kind="quarters")
    places = b.one("NonZero", [x])
    if b.draw.chance(0.5):
        turned = b.one("Transpose", [places], perm=[1, 0])
        if b.draw.chance(0.6):
            data = b.like(x, b.float_type) if x.element != b.float_type else x
            b.one("GatherND", [data, turned])


@row("dynamic", weight=3)
def compress(b: Builder) -> None:
    x = pick_any(b, (1, 2, 3))
    axis = b.draw.of([None, axis_of(b, x)])
    count = int(np.prod(x.shape)) if axis is None else x.shape[axis]
    if not x.is_static and axis is None:
        raise Rejected("a condition of an open length")
    length = b.draw.between(1, max(1, count))
    condition = b.source([(length,) * b.run_count], el.BOOL)
    b.one("Compress", [x, condition], axis=axis)


@row("dynamic symbolic", weight=2)
def range_(b: Builder) -> None:
    if b.draw.chance(0.5):
        x = b.pick(None, (1, 2, 3))
        count = b.one("Reshape", [b.one("Gather", [b.one("Shape", [x]), b.constant(0, el.I64)]), b.constant(np.zeros(0, np.int64))])
        b.one("Range", [b.constant(0, el.I64), count, b.constant(b.draw.of([1, 2]), el.I64)])
        return
    element = b.draw.of([el.I64, el.I32, el.F32])
    b.one("Range", [b.constant(v, element) for v in b.draw.of([(0, 5, 1), (10, 1, -3), (2, 9, 2), (3, 3, 1)])])


@row("dynamic", weight=1)
def constant_of_shape(b: Builder) -> None:
    sizes = b.int64(*[b.draw.of([1, 2, 3, 0]) if b.draw.chance(0.9) else 0 for _ in range(b.draw.between(0, 3))])
    b.one("ConstantOfShape", [sizes])
    if b.draw.chance(0.3):
        b.one("EyeLike", [b.pick((el.F32, el.I32, el.I64), (2,))], dtype=b.draw.of([None, el.F32, el.I64]), k=b.draw.of([None, 1, -1]))


@row("dynamic", weight=1)
def size_(b: Builder) -> None:
    b.one("Size", [pick_any(b)])
