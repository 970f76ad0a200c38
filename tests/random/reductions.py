"""Rows of operators that reduce, accumulate or contract: reductions, softmax, norms, matrix products, Einsum, losses."""

from __future__ import annotations

import numpy as np

import element as el
from builder import Builder, Rejected, Value
from movement import axis_of
from rows import row

REDUCTIONS = "Sum Mean Max Min Prod L1 L2 SumSquare LogSum LogSumExp".split()


@row("any reduce", weight=5)
def reduction(b: Builder) -> None:
    op = "Reduce" + b.draw.of(REDUCTIONS)
    is_whole = op in ("ReduceSum", "ReduceProd", "ReduceL1", "ReduceSumSquare")  # of integers
    elements = (el.I32, el.I64) if is_whole and b.draw.chance(0.3) else (b.float_type,)
    if op in ("ReduceMax", "ReduceMin") and b.draw.chance(0.3):
        elements = (el.I8, el.U8, el.I32, el.I64, *((el.BOOL,) if b.opset >= 20 else ()))
    x = b.pick(elements, (0, 1, 2, 3, 4), kind="positive" if op in ("ReduceLogSum", "ReduceProd") else None)
    if op != "ReduceSum" and any(r.size == 0 for r in x.runs):
        raise Rejected("nothing to reduce")
    keepdims = b.draw.of([None, 0, 1])
    axes = [a - x.rank if b.draw.chance(0.3) else a for a in b.draw.some(range(x.rank), 0 if b.draw.chance(0.2) else 1)]
    as_input = b.opset >= (13 if op == "ReduceSum" else 18)
    if as_input:
        noop = b.draw.of([None, 0, 1]) if not axes else b.draw.of([None, 0])
        operand = b.constant(np.array(axes, np.int64)) if axes or b.draw.chance(0.4) else None
        b.one(op, [x, operand], keepdims=keepdims, noop_with_empty_axes=noop)
    else:
        b.one(op, [x], keepdims=keepdims, axes=axes or None)


@row("any reduce", weight=2)
def arg_extreme(b: Builder) -> None:
    x = b.pick((b.float_type,) if b.draw.chance(0.7) else (el.F32, el.I32, el.I8, el.U8), (1, 2, 3, 4))
    last = b.draw.of([None, 0, 1]) if b.opset >= 12 else None
    b.one(b.draw.of(["ArgMax", "ArgMin"]), [x], axis=axis_of(b, x), keepdims=b.draw.of([None, 0, 1]), select_last_index=last)


@row("any reduce", weight=2)
def cum_sum(b: Builder) -> None:
    x = b.pick((b.float_type,) if b.draw.chance(0.7) else (el.I32, el.I64, el.F64), (1, 2, 3))
    axis = b.constant(axis_of(b, x), b.draw.of([el.I32, el.I64]))
    b.one("CumSum", [x, axis], exclusive=b.draw.of([None, 0, 1]), reverse=b.draw.of([None, 0, 1]))


@row("any reduce attention", weight=4)
def softmax(b: Builder) -> None:
    x = b.pick((b.float_type,), (1, 2, 3, 4))
    b.one(b.draw.of(["Softmax", "Softmax", "LogSoftmax", "Hardmax"]), [x], axis=b.draw.of([None, axis_of(b, x)]))


@row("any norm", weight=2)
def lp_normalization(b: Builder) -> None:
    x = b.pick((b.float_type,), (1, 2, 3))
    axis, p = b.draw.of([None, axis_of(b, x)]), b.draw.of([None, 1, 2])
    if p is None:  # with a line of nothing but zeros
        x = b.one("Mul", [x, b.one("Trilu", [x])]) if x.rank > 1 and b.opset >= 14 else b.one("Sub", [x, x])
    b.one("LpNormalization", [x], axis=axis, p=p)


@row("any norm attention", weight=3)
def layer_normalization(b: Builder) -> None:
    x = b.pick((b.float_type,), (2, 3, 4))
    axis = axis_of(b, x)
    extents = x.all_shapes()[axis % x.rank :]
    op = b.draw.of(["LayerNormalization", "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization"])
    scale = b.source(extents, x.element, "positive")
    epsilon = b.draw.of([None, 1e-3])
    if op == "LayerNormalization" and b.opset >= 17:
        bias = b.source(extents, x.element) if b.draw.chance(0.6) else None
        b.node(op, [x, scale, bias], b.draw.weighted([([True], 4), ([True, True, True], 1), ([True, False, True], 1)]), axis=axis, epsilon=epsilon)
    elif op == "RMSNormalization" and b.opset >= 23:
        b.one(op, [x, scale], axis=axis, epsilon=epsilon)
    elif op == "SimplifiedLayerNormalization":
        b.one(op, [x, scale], axis=axis, epsilon=epsilon)
    else:
        raise Rejected("a later opset's operator")


@row("any matmul attention", weight=5)
def mat_mul(b: Builder) -> None:
    x = b.pick((b.float_type,), (1, 2, 3, 4), kind="small")
    inner = x.extents(x.rank - 1)
    columns = b.random_extents()
    form = b.draw.weighted([("matrix", 4), ("vector", 1), ("batched", 2), ("broadcast", 1)])
    if form == "vector":
        extents = [inner]
    elif form == "matrix" or x.rank <= 2:
        extents = [inner, columns]
    else:
        one = (1,) * b.run_count
        extents = [e if form == "batched" or b.draw.chance(0.5) else one for e in x.all_shapes()[:-2]] + [inner, columns]
    y = b.source(extents, x.element, "small")
    b.one("MatMul", [x, y])


@row("any matmul", weight=3)
def gemm(b: Builder) -> None:
    x = b.pick((b.float_type,), (2,), kind="small")
    trans_a, trans_b = b.draw.of([None, 0, 1]), b.draw.of([None, 0, 1])
    rows, inner = (x.extents(1), x.extents(0)) if trans_a else (x.extents(0), x.extents(1))
    columns = b.random_extents(17)
    w = b.source([columns, inner] if trans_b else [inner, columns], x.element, "small")
    one = (1,) * b.run_count
    c = b.draw.of([None, [columns], [one, columns], [rows, one], [rows, columns], [], [one]])
    bias = None if c is None else b.source(c, x.element)
    b.one("Gemm", [x, w, bias], transA=trans_a, transB=trans_b, alpha=b.draw.of([None, 0.5]), beta=b.draw.of([None, 2.0]))


EQUATIONS = (
    "ij,jk->ik", "bij,bjk->bik", "ij->ji", "ij->j", "ii->i", "bii->b", "i,j->ij", "ij,ij->", "bhqd,bhkd->bhqk", "...ij,...jk->...ik",
    "ij,kj->ik", "bij,jk", "ij", "bi,ij,bj->b", "...i->...", "abc->cab", "ij,j->i", "bhid,bhjd->bhij",
)  # fmt: skip


@row("any matmul", since=12, weight=3)
def einsum(b: Builder) -> None:
    equation = b.draw.of(EQUATIONS)
    sizes: dict[str, tuple[int, ...]] = {}
    operands: list[Value] = []
    lead = b.random_shape(b.draw.between(0, 2), 4)
    for term in equation.split("->")[0].split(","):
        letters = term.replace("...", "")
        if not operands and b.draw.chance(0.6):
            x = b.pick((b.float_type,), (len(letters) + (len(lead) if "..." in term else 0),))
            lead = x.all_shapes()[: x.rank - len(letters)]
            for letter, extent in zip(letters, x.all_shapes()[len(lead) :]):
                sizes.setdefault(letter, extent)
            operands.append(x)
            continue
        for letter in letters:
            sizes.setdefault(letter, b.random_extents())
        extents = (lead if "..." in term else []) + [sizes[letter] for letter in letters]
        operands.append(b.source(extents, b.float_type, "small"))
    shown = equation if b.draw.chance(0.7) else equation.replace(",", " , ").replace("->", " -> ")
    b.one("Einsum", operands, equation=shown)


@row("any reduce", weight=1.5)
def loss(b: Builder) -> None:
    classes = b.draw.between(2, 6)
    batch = b.random_extents()
    extra = b.random_shape(b.draw.between(0, 2), 4)
    scores = b.one("LogSoftmax", [b.input([batch, (classes,) * b.run_count, *extra], b.float_type)], axis=1)
    shape = [batch, *extra]
    labels = b.input_of(
        [b.draw.arrays.integers(0, classes, [e[k] for e in shape]) for k in range(b.run_count)], el.I64
    )
    weight = b.source([(classes,) * b.run_count], b.float_type, "positive") if b.draw.chance(0.5) else None
    ignore = b.draw.of([None, None, 0, -1])
    reduction_kind = b.draw.of([None, "mean", "sum", "none"])
    if b.opset < 12:
        raise Rejected("a later opset's operator")
    if b.draw.chance(0.5):
        b.one("NegativeLogLikelihoodLoss", [scores, labels, weight], ignore_index=ignore, reduction=reduction_kind)
    else:
        asked = b.draw.of([[True], [True, True]])
        b.node("SoftmaxCrossEntropyLoss", [scores, labels, weight], asked, ignore_index=ignore, reduction=reduction_kind)
