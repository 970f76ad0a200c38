"""Rows of attention: with the parts spelled out, as one operator, with caches that grow, and rotary embeddings."""

from __future__ import annotations

import numpy as np

import element as el
from builder import Builder, Rejected, Value
from rows import row

MS = "com.microsoft"


def fixed(b: Builder, size: int) -> tuple[int, ...]:
    return (size,) * b.run_count


def lengths(b: Builder) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Extents of batch and sequence."""
    return b.random_extents(3), b.random_extents(8)


@row("attention", weight=5)
def spelled_out(b: Builder) -> None:
    """softmax(q k^T / sqrt(d) + mask) v with past keys and values before the new ones, and the grown caches as results."""
    d = b.draw
    batch, sequence = lengths(b)
    heads, size = d.of([1, 2, 4]), d.of([2, 4, 8])
    shape = [batch, fixed(b, heads), sequence, fixed(b, size)]
    q, k, v = (b.input(shape, b.float_type, "small") for _ in range(3))
    if d.chance(0.8):
        past = [batch, fixed(b, heads), b.random_extents(6), fixed(b, size)]
        k = b.one("Concat", [b.input(past, b.float_type, "small"), k], axis=2)
        v = b.one("Concat", [b.input(past, b.float_type, "small"), v], axis=2 if d.chance(0.7) else -2)
    scores = b.one("MatMul", [q, b.one("Transpose", [k], perm=[0, 1, 3, 2])])
    scores = b.one(d.of(["Mul", "Div"]), [scores, b.constant(float(size) ** 0.5, b.float_type)])
    if d.chance(0.5):
        scores = b.one("Add", [scores, b.broadcast(scores)])
    elif d.chance(0.4):
        mask = b.broadcast(scores, el.BOOL)
        scores = b.one("Where", [mask, scores, b.constant(-1000.0 if b.float_type != el.F16 else -100.0, b.float_type)])
    y = b.one("MatMul", [b.one("Softmax", [scores], axis=-1), v])
    if d.chance(0.6):
        y = b.one("Transpose", [y], perm=[0, 2, 1, 3])
        b.one("Reshape", [y, b.int64(0, 0, heads * size)])


@row("attention", weight=3)
def cache_append(b: Builder) -> None:
    """Rows appended to a cache, often one, with a window cut off at the front at times."""
    d = b.draw
    axis = d.of([0, 1, 2])
    rank = d.between(axis + 1, 4)
    past = b.random_shape(rank, 6)
    past[axis] = d.of(list(b.symbols.values())) if b.symbols else b.random_extents()
    new = list(past)
    new[axis] = fixed(b, 1) if d.chance(0.6) else b.random_extents()
    element = b.float_type if d.chance(0.8) else d.of(el.ALL)
    grown = b.one("Concat", [b.input(past, element), b.fitting(new, element)], axis=axis)
    if d.chance(0.4):
        b.one("Slice", [grown, b.int64(d.of([1, -2, -1])), b.int64(2**63 - 1), b.int64(axis)])
    elif d.chance(0.4):
        b.one("ReduceMean", [grown], axes=[axis]) if b.opset < 18 else b.one("ReduceMean", [grown, b.int64(axis)])


@row("attention", since=23, weight=4)
def attention_23(b: Builder) -> None:
    d = b.draw
    if b.float_type not in (el.F32, el.F16):
        raise Rejected("types of the operator")
    batch, sequence = lengths(b)
    kv_heads, groups, size = d.of([1, 2]), d.of([1, 1, 2, 3]), d.of([2, 4, 8])
    value_size = size if d.chance(0.7) else d.of([2, 5])
    keys = sequence if d.chance(0.5) else b.random_extents(8)
    is_flat = d.chance(0.4)
    heads = kv_heads * groups

    def operand(count: int, length: tuple[int, ...], width: int) -> Value:
        if is_flat:
            return b.input([batch, length, fixed(b, count * width)], b.float_type, "small")
        return b.input([batch, fixed(b, count), length, fixed(b, width)], b.float_type, "small")

    q, k, v = operand(heads, sequence, size), operand(kv_heads, keys, size), operand(kv_heads, keys, value_size)
    has_past = d.chance(0.5)
    past = b.random_extents(6)
    total = tuple(p + n for p, n in zip(past, keys)) if has_past else keys
    mask = None
    if d.chance(0.5):
        shape = [e if d.chance(0.6) else fixed(b, 1) for e in (batch, fixed(b, heads))] + [sequence, total]
        mask = b.input(shape[d.of([0, 2]) :], d.of([b.float_type, el.BOOL]), "small")
    operands = [q, k, v, mask]
    if has_past:
        operands += [b.input([batch, fixed(b, kv_heads), past, fixed(b, w)], b.float_type, "small") for w in (size, value_size)]
    counts = {"q_num_heads": heads, "kv_num_heads": kv_heads} if is_flat else {}
    asked = [True, True, True] if has_past else [True]
    # Which of softcap and mask comes first changed after this version of the runtime.
    softcap = d.of([None, None, 2.0]) if mask is None else None
    is_causal = d.of([None, 0, 1])
    if is_causal and has_past and keys != sequence:
        raise Rejected("which keys come after a query is not what ONNX says, for ONNX Runtime")
    b.node("Attention", operands, asked, is_causal=is_causal, scale=d.of([None, 0.5]), softcap=softcap, **counts)


@row("attention", weight=3)
def grouped_query(b: Builder) -> None:
    d = b.draw
    if b.float_type != el.F32:
        raise Rejected("types of the operator")
    batch = b.random_extents(3)
    kv_heads, groups, size = d.of([1, 2]), d.of([1, 2]), d.of([8, 16, 16])
    heads = kv_heads * groups
    sequence = fixed(b, 1) if d.chance(0.5) else b.random_extents(5)
    past = fixed(b, 0) if sequence != fixed(b, 1) and d.chance(0.6) else b.random_extents(6)
    q = b.input([batch, sequence, fixed(b, heads * size)], el.F32, "small")
    k, v = (b.input([batch, sequence, fixed(b, kv_heads * size)], el.F32, "small") for _ in range(2))
    caches = [b.input([batch, fixed(b, kv_heads), past, fixed(b, size)], el.F32, "small") for _ in range(2)]
    totals = [p + s for p, s in zip(past, sequence)]
    seqlens = b.input_of([np.full([batch[r]], totals[r] - 1, np.int32) for r in range(b.run_count)], el.I32)
    total = b.input_of([np.array(t, np.int32) for t in totals], el.I32)
    operands = [q, k, v, *caches, seqlens, total]
    rotary = d.chance(0.4)
    if rotary:
        operands += [b.constant(b.data(el.F32, [32, size // 2], "small"), el.F32) for _ in range(2)]
    window = d.of([None, None, 2, 4])
    b.node(
        "GroupQueryAttention", operands, 3, MS, num_heads=heads, kv_num_heads=kv_heads, do_rotary=1 if rotary else None,
        rotary_interleaved=d.of([None, 0, 1]) if rotary else None, local_window_size=window, scale=d.of([None, 0.5]),
    )  # fmt: skip


@row("attention", weight=2)
def multi_head(b: Builder) -> None:
    d = b.draw
    if b.float_type != el.F32:
        raise Rejected("types of the operator")
    batch, sequence = lengths(b)
    heads, size = d.of([1, 2, 4]), d.of([2, 4, 8])
    keys = sequence if d.chance(0.5) else b.random_extents(8)
    shapes = [[batch, s, fixed(b, heads * size)] for s in (sequence, keys, keys)]
    operands: list[Value | None] = [b.input(s, el.F32, "small") for s in shapes]
    operands.append(b.source([fixed(b, 3 * heads * size)], el.F32) if d.chance(0.4) else None)
    b.one("MultiHeadAttention", operands, MS, num_heads=heads, scale=d.of([None, 0.5]), unidirectional=d.of([None, 0, 1]) if keys == sequence else None)


@row("attention", since=23, weight=1.5)
def rotary_embedding(b: Builder) -> None:
    d = b.draw
    batch, sequence = lengths(b)
    heads, size = d.of([1, 2]), d.of([4, 8])
    is_flat = d.chance(0.4)
    x = [batch, sequence, fixed(b, heads * size)] if is_flat else [batch, fixed(b, heads), sequence, fixed(b, size)]
    partial = d.of([None, None, size // 2])
    half = (partial or size) // 2
    caches = [b.input([batch, sequence, fixed(b, half)], b.float_type, "small") for _ in range(2)]
    b.one(
        "RotaryEmbedding", [b.input(x, b.float_type, "small"), *caches], interleaved=d.of([None, 0, 1]),
        num_heads=heads if is_flat or partial else None, rotary_embedding_dim=partial,
    )  # fmt: skip


@row("attention", weight=2)
def skip_normalization(b: Builder) -> None:
    if b.float_type != el.F32:
        raise Rejected("types of the operator")
    x = b.pick((el.F32,), (3,))
    skip = b.like(x)
    extents = [x.extents(2)]
    scale = b.source(extents, el.F32, "positive")
    if b.draw.chance(0.5):
        b.one("SkipLayerNormalization", [x, skip, scale, b.source(extents, el.F32)], MS)
    else:
        b.one("SkipSimplifiedLayerNormalization", [x, skip, scale], MS, epsilon=b.draw.of([None, 1e-3]))


@row("attention", weight=2)
def fused_activation(b: Builder) -> None:
    if b.float_type != el.F32:
        raise Rejected("types of the operator")
    x = b.pick((el.F32,), (1, 2, 3))
    op = b.draw.of(["Gelu", "FastGelu", "QuickGelu", "BiasGelu"])
    if op == "BiasGelu":
        b.one(op, [x, b.source([x.extents(x.rank - 1)], el.F32)], MS)
    else:
        b.one(op, [x], MS)
