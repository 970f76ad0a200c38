"""Rows of operators that slide windows: convolutions, pooling, resizing, and the normalizations that stand between them."""

from __future__ import annotations

import element as el
from builder import Builder, Rejected, Value
from rows import row


def image(b: Builder, fresh: float = 0.15) -> Value:
    def fits(v: Value) -> bool:
        return len(set(v.extents(1))) == 1 and all(e >= 1 for s in v.runs for e in s.shape) and v.shape[1] <= 48

    ranks = (4,) if b.draw.chance(0.75) else (3, 5)
    return b.pick((b.float_type,), ranks, fits, fresh)


def window(b: Builder, x: Value, most: int = 3) -> tuple[list[int], dict[str, object], list[int]]:
    """A kernel and the attributes strides, dilations, pads or auto_pad; the pads asked for."""
    spatial = x.rank - 2
    d = b.draw
    kernel = [d.weighted([(1, 2), (2, 2), (3, 3), (4, 0.5), (5, 0.3)]) for _ in range(spatial)]
    kernel = [min(k, most + 2) for k in kernel]
    strides = None if d.chance(0.4) else [d.of([1, 1, 2, 3]) for _ in range(spatial)]
    dilations = None if d.chance(0.7) else [d.of([1, 2]) for _ in range(spatial)]
    attributes: dict[str, object] = {"strides": strides, "dilations": dilations}
    form = d.weighted([("none", 2), ("same", 3), ("pads", 3), ("auto", 2)])
    pads = [0] * (2 * spatial)
    if form == "same":
        pads = [k // 2 for k in kernel] * 2
    if form == "pads":
        pads = [d.between(0, k - 1) for k in kernel + kernel]
    if form == "auto":
        attributes["auto_pad"] = d.of(["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"])
        attributes["dilations"] = None
    elif form != "none":
        attributes["pads"] = pads
    return kernel, attributes, pads


def has_window_of_padding(x: Value, kernel: list[int], attributes: dict[str, object], pads: list[int]) -> bool:
    """Whether no element of `x` lies under some window, as dilation can have it."""
    spatial = len(kernel)
    strides = attributes.get("strides") or [1] * spatial
    dilations = attributes.get("dilations") or [1] * spatial
    for run in x.runs:
        for i, length in enumerate(run.shape[2:]):
            reach = (kernel[i] - 1) * dilations[i]
            for start in range(-pads[i], length + pads[spatial + i] - reach, strides[i]):
                if not any(0 <= start + k * dilations[i] < length for k in range(kernel[i])):
                    return True
    return False


@row("conv", weight=9)
def conv(b: Builder) -> None:
    x = image(b)
    channels = x.shape[1]
    kernel, attributes, _ = window(b, x)
    group = b.draw.weighted([(1, 5), (channels, 2), (2, 1)])
    if channels % group:
        raise Rejected("groups do not divide the channels")
    each = b.draw.weighted([(1, 1), (2, 1), (3, 1), (4, 2), (8, 2), (16, 1), (5, 1), (17, 0.4)]) if group == 1 else b.draw.of([1, 1, 2])
    w = b.source([(n,) * b.run_count for n in [group * each, channels // group, *kernel]], x.element, "small")
    bias = b.source([(group * each,) * b.run_count], x.element) if b.draw.chance(0.6) else None
    shown = kernel if b.draw.chance(0.6) else None
    y = b.one("Conv", [x, w, bias], group=group if group > 1 or b.draw.chance(0.3) else None, kernel_shape=shown, **attributes)
    if b.draw.chance(0.4):
        b.one(b.draw.of(["Relu", "Sigmoid", "LeakyRelu"]), [y])


@row("conv", weight=5)
def conv_transpose(b: Builder) -> None:
    x = image(b)
    channels = x.shape[1]
    kernel, attributes, _ = window(b, x)
    group = b.draw.weighted([(1, 5), (channels, 1), (2, 1)])
    if channels % group:
        raise Rejected("groups do not divide the channels")
    each = b.draw.of([1, 1, 2, 3, 4, 8])
    w = b.source([(n,) * b.run_count for n in [channels, each, *kernel]], x.element, "small")
    bias = b.source([(group * each,) * b.run_count], x.element) if b.draw.chance(0.6) else None
    strides = attributes["strides"] or [1] * (x.rank - 2)
    if b.draw.chance(0.3):
        attributes["output_padding"] = [b.draw.between(0, s - 1) for s in strides]
    b.one("ConvTranspose", [x, w, bias], group=group if group > 1 else None, **attributes)


@row("conv", weight=5)
def pool(b: Builder) -> None:
    x = image(b)
    if b.draw.chance(0.25):
        b.one(b.draw.of(["GlobalAveragePool", "GlobalMaxPool"]), [x])
        return
    op = b.draw.of(["MaxPool", "AveragePool", "MaxPool", "AveragePool", "LpPool"])
    kernel, attributes, pads = window(b, x)
    if op == "LpPool":
        attributes["p"] = b.draw.of([None, 1, 2, 3])
    if op == "AveragePool":
        attributes["count_include_pad"] = b.draw.of([None, 0, 1])
    if op != "MaxPool" and b.opset < (19 if op == "AveragePool" else 18):
        attributes["dilations"] = None
    if (op != "LpPool" or b.opset >= 18) and "auto_pad" not in attributes:
        attributes["ceil_mode"] = b.draw.of([None, 0, 1])
    if op == "AveragePool" and has_window_of_padding(x, kernel, attributes, pads):
        raise Rejected("the average of nothing is 0 for ONNX Runtime and not a number for ONNX")
    asked = [True] if op != "MaxPool" or b.draw.chance(0.85) else [True, True]
    if len(asked) == 2 and b.draw.chance(0.3):
        attributes["storage_order"] = b.draw.of([0, 1])
    b.node(op, [x], asked, kernel_shape=kernel, **attributes)


@row("conv", weight=2)
def batch_normalization(b: Builder) -> None:
    x = image(b)
    extents = [(x.shape[1],) * b.run_count]
    scale, bias, mean = (b.source(extents, x.element, "small") for _ in range(3))
    variance = b.source(extents, x.element, "positive")
    b.one("BatchNormalization", [x, scale, bias, mean, variance], epsilon=b.draw.of([None, 1e-3]), momentum=b.draw.of([None, 0.5]))


@row("conv norm", weight=2)
def channel_normalization(b: Builder) -> None:
    x = image(b)
    channels = x.shape[1]
    extents = [(channels,) * b.run_count]
    op = b.draw.of(["InstanceNormalization", "LRN", "MeanVarianceNormalization", "GroupNormalization"])
    if op == "LRN":
        b.one(op, [x], size=b.draw.of([1, 3, 5, 2]), alpha=b.draw.of([None, 0.5]), beta=b.draw.of([None, 0.5]), bias=b.draw.of([None, 2.0]))
    elif op == "MeanVarianceNormalization":
        b.one(op, [x], axes=b.draw.of([None, [0, 2, 3], [2, 3]]) if x.rank == 4 else [2])
    elif op == "GroupNormalization":
        groups = b.draw.of([g for g in range(1, channels + 1) if channels % g == 0])
        size = channels if b.opset >= 21 else groups
        scale, bias = (b.source([(size,) * b.run_count], x.element) for _ in range(2))
        # In f64 the statistics are of f32 unless said otherwise, and then f32 is the tolerance.
        stash = el.F64 if x.element == el.F64 and b.opset >= 21 else None
        b.one(op, [x, scale, bias], num_groups=groups, stash_type=stash)
    else:
        b.one(op, [x, b.source(extents, x.element), b.source(extents, x.element)], epsilon=b.draw.of([None, 1e-2]))


@row("conv resize", weight=3)
def resize(b: Builder) -> None:
    x = image(b)
    d = b.draw
    mode = d.of(["nearest", "linear", "cubic", "nearest", "linear"])
    spatial = x.rank - 2
    attributes: dict[str, object] = {"mode": mode}
    attributes["coordinate_transformation_mode"] = d.of(
        ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", None]
        + (["half_pixel_symmetric"] if b.opset >= 19 else [])
    )
    if mode == "nearest":
        attributes["nearest_mode"] = d.of([None, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
    if mode == "cubic":
        attributes["cubic_coeff_a"] = d.of([None, -0.5])
        attributes["exclude_outside"] = d.of([None, 0, 1])
    if b.opset >= 18 and mode != "nearest" and d.chance(0.2):
        attributes["antialias"] = 1
        if d.chance(0.5):
            x = b.source(x.all_shapes(), el.U8)
    factors = [d.of([1.0, 2.0, 2.0, 3.0, 0.5, 1.5]) for _ in range(spatial)]
    if b.opset >= 18 and d.chance(0.3):
        attributes["axes"] = list(range(2, x.rank))
        lead: list[float] = []
    else:
        lead = [1.0, 1.0]
    if d.chance(0.6):
        # From version 19 on ONNX's own cases align the corners of the length before rounding, ONNX Runtime those of the
        # length after it: there the runtime is no yardstick.
        lengths = [s * f if x.is_static else f for s, f in zip(x.shape[2:], factors)]
        if attributes.get("coordinate_transformation_mode") == "align_corners" and b.opset >= 19:
            if not all(float(length).is_integer() for length in lengths):
                raise Rejected("corners of a length that is not whole")
        b.one("Resize", [x, None, b.constant(lead + factors, el.F32)], **attributes)
        return
    if not x.is_static:
        raise Rejected("sizes of an open extent")
    sizes = [max(1, int(s * f)) for s, f in zip(x.shape[2:], factors)]
    if b.opset >= 18 and d.chance(0.2):
        attributes["keep_aspect_ratio_policy"] = d.of(["stretch", "not_larger", "not_smaller"])
    b.one("Resize", [x, None, None, b.int64(*([*x.shape[:2]] if lead else []), *sizes)], **attributes)


@row("conv", weight=2)
def squeeze_and_excite(b: Builder) -> None:
    x = image(b)
    pooled = b.one("GlobalAveragePool", [x])
    channels = x.shape[1]
    w = b.constant(b.data(x.element, [channels, channels] + [1] * (x.rank - 2), "small"), x.element)
    gate = b.one(b.draw.of(["Sigmoid", "HardSigmoid"]), [b.one("Conv", [pooled, w])])
    b.one("Mul", [x, gate])


@row("conv", weight=2)
def dense_block(b: Builder) -> None:
    """Convolutions whose results are put together with what they read."""
    x = image(b)
    layers = [x]
    for _ in range(b.draw.between(1, 3)):
        source = layers[-1] if len(layers) == 1 or b.draw.chance(0.5) else b.one("Concat", layers, axis=1)
        growth = b.draw.of([2, 4, 8])
        kernel = b.draw.of([1, 3])
        w = b.constant(b.data(x.element, [growth, source.shape[1]] + [kernel] * (x.rank - 2), "small"), x.element)
        y = b.one("Conv", [source, w], pads=[kernel // 2] * (2 * (x.rank - 2)))
        layers.append(b.one("Relu", [y]) if b.draw.chance(0.5) else y)
    b.one("Concat", layers if b.draw.chance(0.7) else layers[1:], axis=1)


@row("conv", weight=1.5)
def pyramid_pool(b: Builder) -> None:
    """Max pools of one size one after the other, all of them put together."""
    x = image(b)
    spatial = x.rank - 2
    layers = [x]
    for _ in range(b.draw.between(1, 3)):
        layers.append(b.one("MaxPool", [layers[-1]], kernel_shape=[3] * spatial, strides=[1] * spatial, pads=[1] * (2 * spatial)))
    b.one("Concat", b.draw.shuffled(layers), axis=1)


@row("conv", weight=1)
def grid_sample(b: Builder) -> None:
    if b.opset < 16:
        raise Rejected("a later opset's operator")
    x = b.pick((el.F32,), (4,))
    grid = b.input([x.extents(0), (b.draw.between(1, 4),) * b.run_count, (b.draw.between(1, 4),) * b.run_count, (2,) * b.run_count], el.F32, "small")
    linear, cubic = ("linear", "cubic") if b.opset >= 20 else ("bilinear", "bicubic")
    b.one(
        "GridSample",
        [x, grid],
        mode=b.draw.of([None, linear, "nearest", cubic]),
        padding_mode=b.draw.of([None, "zeros", "border", "reflection"]),
        align_corners=b.draw.of([None, 0, 1]),
    )
