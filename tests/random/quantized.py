"""Rows of quantized computation: quantize and dequantize, pairs around a node, QLinear and Integer operators."""

from __future__ import annotations

import numpy as np

import element as el
from builder import Builder, Rejected, Value
from rows import row

MS = "com.microsoft"
# Powers of two: quotients of short numbers by them are exact, so that no result hangs on a rounding.
SCALES = (0.25, 0.125, 0.5, 0.0625)


def scale(b: Builder, count: int | None = None) -> Value:
    return b.constant(b.draw.of(SCALES) if count is None else b.draw.arrays.choice(SCALES, count), el.F32)


def zero_point(b: Builder, element: int, count: int | None = None) -> Value:
    low, high = (0, 20) if element in el.UNSIGNED else (-8, 8)
    if b.draw.chance(0.4):
        low, high = 0, 1
    made = b.draw.arrays.integers(low, high, [] if count is None else [count])
    return b.constant(made, element)


def quantized_type(b: Builder) -> int:
    wide = [el.I16, el.U16] if b.opset >= 21 else []
    return b.draw.of([el.U8, el.I8, el.U8, el.I8, *wide])


def quantized(b: Builder, ranks=(1, 2, 3, 4), element: int | None = None, fresh: float = 0.3) -> Value:
    return b.pick((element,) if element else (el.U8, el.I8), ranks, fresh=fresh, kind="seven bits")


@row("quantized", weight=4)
def quantize(b: Builder) -> None:
    x = b.pick((el.F32,), (0, 1, 2, 3, 4), kind="quarters")
    per_axis = x.rank >= 1 and b.opset >= 13 and b.draw.chance(0.3)
    axis = b.draw.between(0, x.rank - 1) if per_axis else None
    if per_axis and len(set(x.extents(axis))) > 1:
        raise Rejected("an open extent has no scales")
    count = x.shape[axis] if per_axis else None
    element = quantized_type(b)
    zero = zero_point(b, element, count) if b.draw.chance(0.85) else None
    y = b.one("QuantizeLinear", [x, scale(b, count), zero], axis=axis)
    if b.draw.chance(0.6):
        b.one("DequantizeLinear", [y, scale(b, count), zero], axis=axis)


@row("quantized", weight=3)
def dequantize(b: Builder) -> None:
    x = quantized(b)
    per_axis = x.rank >= 1 and b.opset >= 13 and b.draw.chance(0.3)
    axis = b.draw.between(0, x.rank - 1) if per_axis else None
    if per_axis and len(set(x.extents(axis))) > 1:
        raise Rejected("an open extent has no scales")
    count = x.shape[axis] if per_axis else None
    b.one("DequantizeLinear", [x, scale(b, count), zero_point(b, x.element, count) if b.draw.chance(0.8) else None], axis=axis)


@row("quantized", since=21, weight=1.5)
def blocked_dequantize(b: Builder) -> None:
    x = b.constant(b.data(el.I8, [8, b.draw.of([2, 4, 6])], "seven bits"), el.I8)
    axis = b.draw.of([0, 1])
    block = 2 if axis == 1 else b.draw.of([2, 4])
    shape = [n // block if a == axis else n for a, n in enumerate(x.shape)]
    scales = b.constant(b.draw.arrays.choice(SCALES, shape), el.F32)
    b.one("DequantizeLinear", [x, scales], axis=axis, block_size=block)


@row("quantized", weight=3)
def pair_around(b: Builder) -> None:
    """Dequantize, compute, quantize: what a quantizer leaves around one node."""
    op = b.draw.of(["Relu", "MaxPool", "Add", "Concat", "Transpose", "Reshape", "Conv", "AveragePool"])
    ranks = (4,) if op in ("MaxPool", "Conv", "AveragePool") else (2, 3)
    q = quantized(b, ranks)
    zero = zero_point(b, q.element)
    step = scale(b)
    x = b.one("DequantizeLinear", [q, step, zero])
    if op in ("Add", "Concat"):
        other = b.one("DequantizeLinear", [b.like(q, kind="seven bits"), scale(b), zero])
        y = b.one(op, [x, other], axis=0 if op == "Concat" else None)
    elif op in ("MaxPool", "AveragePool"):
        y = b.one(op, [x], kernel_shape=[2, 2])
    elif op == "Conv":
        w = b.constant(b.data(el.I8, [b.draw.of([1, 4, 8]), x.shape[1], 1, 1], "seven bits"), el.I8)
        y = b.one("Conv", [x, b.one("DequantizeLinear", [w, scale(b), b.constant(0, el.I8)])])
    elif op == "Reshape":
        y = b.one("Reshape", [x, b.int64(0, -1)])
    else:
        y = b.one(op, [x])
    b.one("QuantizeLinear", [y, b.constant(b.draw.of([0.5, 1.0, 2.0]), el.F32), zero])


@row("quantized", weight=3)
def integer_product(b: Builder) -> None:
    a = quantized(b, (2, 3))
    other = b.draw.of([el.I8, el.U8])
    w = b.source([a.extents(a.rank - 1), b.random_extents(17)], other, "seven bits")
    zeros = [zero_point(b, a.element), zero_point(b, other)] if b.draw.chance(0.7) else []
    y = b.one("MatMulInteger", [a, w, *zeros])
    if b.draw.chance(0.5):
        b.one("Cast", [y], to=el.F32)


@row("quantized", weight=3)
def dynamic(b: Builder) -> None:
    x = b.pick((el.F32,), (2, 3))
    q, step, zero = b.node("DynamicQuantizeLinear", [x], 3)
    form = b.draw.of(["none", "back", "product"])
    if form == "back":
        b.one("DequantizeLinear", [q, step, zero])
    if form == "product":
        w = b.constant(b.data(el.I8, [x.shape[-1], b.draw.of([1, 3, 8, 17])], "seven bits"), el.I8)
        y = b.one("Cast", [b.one("MatMulInteger", [q, w, zero])], to=el.F32)
        b.one("Mul", [y, b.one("Mul", [step, scale(b)])])


@row("quantized", weight=3)
def integer_convolution(b: Builder) -> None:
    x = quantized(b, (4,))
    if len(set(x.extents(1))) > 1:
        raise Rejected("an open extent of channels")
    kernel = b.draw.of([1, 2, 3])
    filters = b.draw.of([1, 2, 4, 8])
    pads = [b.draw.between(0, kernel - 1) for _ in range(4)] if b.draw.chance(0.5) else None
    strides = b.draw.of([None, [1, 1], [2, 2]])
    if b.draw.chance(0.5):
        w = b.source([(n,) * b.run_count for n in (filters, x.shape[1], kernel, kernel)], el.U8, "seven bits")
        if x.element != el.U8:
            raise Rejected("types of the runtime")
        zeros = [zero_point(b, el.U8), zero_point(b, el.U8)] if b.draw.chance(0.7) else []
        b.one("ConvInteger", [x, w, *zeros], pads=pads, strides=strides)
        return
    weights = b.draw.of([el.I8, el.U8]) if x.element == el.U8 else el.I8
    w = b.constant(b.data(weights, [filters, x.shape[1], kernel, kernel], "seven bits"), weights)
    per_channel = filters if b.draw.chance(0.4) and weights == el.I8 else None
    w_zero = b.constant(np.zeros([] if per_channel is None else [filters]), weights)
    bias = b.constant(b.draw.arrays.integers(-200, 200, [filters]), el.I32) if b.draw.chance(0.5) else None
    b.one(
        "QLinearConv",
        [x, scale(b), zero_point(b, x.element), w, scale(b, per_channel), w_zero, b.constant(8.0, el.F32), zero_point(b, x.element), bias],
        pads=pads, strides=strides,
    )  # fmt: skip


@row("quantized", weight=2)
def quantized_product(b: Builder) -> None:
    x = quantized(b, (2, 3))
    other = b.draw.of([el.I8, el.U8]) if x.element == el.U8 else el.I8
    w = b.source([x.extents(x.rank - 1), b.random_extents()], other, "seven bits")
    b.one(
        "QLinearMatMul",
        [x, scale(b), zero_point(b, x.element), w, scale(b), zero_point(b, other), b.constant(4.0, el.F32), zero_point(b, x.element)],
    )


@row("quantized", weight=2)
def quantized_pointwise(b: Builder) -> None:
    x = quantized(b)
    op = b.draw.of(["QLinearAdd", "QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu"])
    own = [x, scale(b), zero_point(b, x.element)]
    result = [b.constant(b.draw.of([0.5, 1.0]), el.F32), zero_point(b, x.element)]
    if op in ("QLinearAdd", "QLinearMul"):
        b.one(op, [*own, b.broadcast(x, kind="seven bits"), scale(b), zero_point(b, x.element), *result], MS)
    elif op == "QLinearSigmoid":
        b.one(op, [*own, *result], MS)
    else:
        b.one(op, [*own, *result], MS, alpha=0.25)
