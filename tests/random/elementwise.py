"""Rows of elementwise operators: unary, binary with broadcasting, comparisons, Where, Cast, quantization's rounding."""

from __future__ import annotations

import numpy as np

import element as el
from builder import Builder, Rejected
from rows import row

SMOOTH = (
    "Abs Neg Relu Sigmoid Tanh Exp Erf Softplus Softsign Sin Cos Atan Sinh Cosh Asinh Tan Sqrt Log Reciprocal Acos Asin Atanh "
    "Acosh Floor Ceil Round Sign HardSigmoid HardSwish Mish Gelu Elu Selu Celu LeakyRelu ThresholdedRelu Shrink Swish Identity"
).split()
SINCE = {"HardSwish": 14, "Mish": 18, "Gelu": 20, "Celu": 12, "Swish": 24}


def attributes_of(op: str, b: Builder) -> dict[str, object]:
    d = b.draw
    if op in ("Elu", "Celu", "LeakyRelu", "ThresholdedRelu"):
        return {"alpha": d.of([None, 0.25, 1.0, 1.5, 0.1])}
    if op == "Selu":
        return {"alpha": d.of([None, 1.5]), "gamma": d.of([None, 0.5])}
    if op == "HardSigmoid":
        return {"alpha": d.of([None, 0.5]), "beta": d.of([None, 0.25])}
    if op == "Shrink":
        return {"lambd": d.of([None, 0.5, 0.0]), "bias": d.of([None, 0.25])}
    if op == "Gelu":
        return {"approximate": d.of([None, "none", "tanh"])}
    if op == "Swish":
        return {"alpha": d.of([None, 1.0, 1.5])}
    return {}


@row("any", weight=6)
def unary(b: Builder) -> None:
    op = b.draw.of(SMOOTH)
    if b.opset < SINCE.get(op, 1):
        raise Rejected("a later opset's operator")
    elements = (b.float_type,)
    if op in ("Abs", "Neg", "Sign", "Relu", "Identity") and b.draw.chance(0.3):
        elements = el.INTEGERS
    needs_positive = op in ("Sqrt", "Log", "Reciprocal", "Acosh")
    x = b.pick(elements, kind="positive" if needs_positive else None, fresh=0.4 if needs_positive else 0.1)
    b.one(op, [x], **attributes_of(op, b))


@row("any", weight=1)
def logical_not(b: Builder) -> None:
    b.one("Not", [b.pick((el.BOOL,))])


@row("any", weight=2)
def classify(b: Builder) -> None:
    if b.draw.chance(0.5):
        b.one("IsNaN", [b.pick((el.F32, el.F16, el.F64))])
    else:
        b.one("IsInf", [b.pick((el.F32, el.F64))], detect_negative=b.draw.of([None, 0, 1]), detect_positive=b.draw.of([None, 0, 1]))


def swapped(b: Builder, first, second):
    return [second, first] if b.draw.chance(0.4) else [first, second]


@row("any broadcast", weight=7)
def arithmetic(b: Builder) -> None:
    op = b.draw.of(["Add", "Sub", "Mul", "Div", "Add", "Mul"])
    elements = (b.float_type,) if b.draw.chance(0.75) else el.NUMBERS
    x = b.pick(elements)
    y = b.broadcast(x, kind="positive" if op == "Div" else None)
    if op == "Div" and x.element not in el.FLOATS:
        y = b.constant(b.draw.arrays.integers(1, 5, y.runs[0].shape), x.element) if y.is_static else b.one("Max", [y, b.constant(1, y.element)])
        b.one("Div", [x, y])
        return
    b.one(op, swapped(b, x, y) if op != "Div" else [x, y])


@row("any broadcast", weight=2)
def power(b: Builder) -> None:
    x = b.pick((b.float_type,), kind="positive")
    if b.draw.chance(0.6):
        y = b.constant(b.draw.of([2.0, 3.0, 0.5, 1.0, 0.0, -1.0]), b.float_type)
    else:
        y = b.broadcast(x, kind="small")
    if b.opset >= 12 and b.draw.chance(0.2):
        y = b.constant(b.draw.of([2, 3]), b.draw.of([el.I32, el.I64]))
    b.one("Pow", [x, y])


@row("any broadcast", weight=2)
def remainder(b: Builder) -> None:
    if b.draw.chance(0.5):
        x = b.pick(el.INTEGERS)
        y = b.constant(b.draw.of([2, 3, 5, 7]), x.element)
        b.one("Mod", [x, y], fmod=b.draw.of([None, 0, 1]))
    else:
        x = b.pick((b.float_type,))
        b.one("Mod", [x, b.broadcast(x, kind="positive")], fmod=1)


@row("any broadcast", weight=3)
def variadic(b: Builder) -> None:
    op = b.draw.of(["Max", "Min", "Sum", "Mean", "Max", "Min"])
    elements = el.NUMBERS if op in ("Max", "Min") and b.draw.chance(0.35) else (b.float_type,)
    x = b.pick(elements)
    operands = [x] + [b.broadcast(x) for _ in range(b.draw.between(0, 3))]
    b.one(op, b.draw.shuffled(operands))


@row("any broadcast", weight=3)
def comparison(b: Builder) -> None:
    op = b.draw.of(["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"])
    if b.opset < 12 and op.endswith("OrEqual"):
        raise Rejected("a later opset's operator")
    elements = (b.float_type,) if b.draw.chance(0.6) else el.NUMBERS + ((el.BOOL,) if op == "Equal" else ())
    x = b.pick(elements)
    b.one(op, swapped(b, x, b.broadcast(x)))


@row("any broadcast", weight=2)
def logical(b: Builder) -> None:
    x = b.pick((el.BOOL,))
    b.one(b.draw.of(["And", "Or", "Xor"]), swapped(b, x, b.broadcast(x)))


@row("broadcast types", weight=2)
def bitwise(b: Builder) -> None:
    if b.opset >= 18 and b.draw.chance(0.7):
        op = b.draw.of(["BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot"])
        x = b.pick(el.INTEGERS)
        b.one(op, [x] if op == "BitwiseNot" else swapped(b, x, b.broadcast(x)))
    else:
        x = b.pick(el.UNSIGNED)
        amount = b.constant(b.draw.between(0, 5), x.element)
        b.one("BitShift", [x, amount], direction=b.draw.of(["LEFT", "RIGHT"]))


@row("any broadcast", weight=3)
def where(b: Builder) -> None:
    condition = b.pick((el.BOOL,))
    element = b.float_type if b.draw.chance(0.6) else b.draw.of(el.ALL)
    x, y = b.broadcast(condition, element), b.broadcast(condition, element)
    if el.is_float(x.element) and any(np.any((run == 0) & np.signbit(run)) for v in (x, y) for run in v.runs):
        raise Rejected("ONNX Runtime's Where loses the sign of a zero")
    b.one("Where", [condition, x, y])


@row("any", weight=3)
def cast(b: Builder) -> None:
    x = b.pick(el.ALL)
    to = b.draw.of(el.ALL) if b.draw.chance(0.6) else b.float_type
    if b.opset < 13 and el.BF16 in (x.element, to):
        raise Rejected("bfloat16 is of opset 13")
    if el.is_float(x.element) and not el.is_float(to) and to != el.BOOL:
        low = 0 if to in el.UNSIGNED else -100
        if any(r.size and (float(r.min()) < low or float(r.max()) > 100) for r in x.runs):
            raise Rejected("what does not fit is undefined")
    if to in el.UNSIGNED and x.element in el.SIGNED and any(r.size and r.min() < 0 for r in x.runs) and b.draw.chance(0.7):
        raise Rejected("rarely wraps")
    if b.opset >= 15 and b.draw.chance(0.15):
        b.one("CastLike", [x, b.pick((to,))])
    else:
        b.one("Cast", [x], to=to)


@row("any", weight=2)
def clip(b: Builder) -> None:
    x = b.pick((b.float_type,) if b.draw.chance(0.7) or b.opset < 12 else el.NUMBERS)
    low = b.constant(0 if x.element in el.UNSIGNED else -1, x.element) if b.draw.chance(0.7) else None
    high = b.constant(b.draw.of([1, 3]), x.element) if b.draw.chance(0.7) else None
    b.one("Clip", [x, low, high])


@row("any", weight=1.5)
def prelu(b: Builder) -> None:
    x = b.pick((b.float_type,), ranks=(1, 2, 3, 4))
    axes = x.rank - b.draw.between(0, x.rank - 1)
    one = (1,) * b.run_count
    extents = [one if b.draw.chance(0.4) else e for e in x.all_shapes()[x.rank - axes :]]
    b.one("PRelu", [x, b.source(extents, x.element)])


@row("any", weight=1)
def dropout(b: Builder) -> None:
    x = b.pick((b.float_type,))
    operands = [x]
    if b.opset >= 12 and b.draw.chance(0.5):
        operands += [b.constant(0.5, el.F32), b.constant(False, el.BOOL)]
    b.node("Dropout", operands, [True, b.draw.chance(0.3)])
