"""Grows a model node by node, with the values of every tensor known at every size it will run at.

ONNX Runtime evaluates each node as it is added, so an operator's row needs no shape inference of its own: what the
runtime refuses is taken back, and another node is drawn. Beside its value each tensor has a twin, the value had every
rounding on the way gone a little otherwise. A node whose result and twin differ by a part of the tolerance, or in an integer
or a truth value, is taken back too: no comparison of such a model would say anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper, numpy_helper

import element as el
from draw import Draw
from runtime import RuntimeRefuses, Session

MOST_ELEMENTS = 20_000
# Nodes that move values or choose among them; nothing is rounded.
MOVES = frozenset(
    "Identity Reshape Flatten Squeeze Unsqueeze Transpose Concat Split Slice Gather GatherElements GatherND ScatterElements "
    "ScatterND Pad Tile Expand Where DepthToSpace SpaceToDepth Compress TopK ReverseSequence Trilu Max Min MaxPool "
    "GlobalMaxPool ReduceMax ReduceMin Relu Clip Neg Abs Sign Ceil Floor Round Dropout CenterCropPad OneHot If Scatter "
    "ConstantOfShape EyeLike Optional OptionalGetElement Hardmax Range".split()
)
# Nodes with windows: where one does not fit in its input, runtimes say different things, and none is the standard's.
WINDOWS = frozenset("Conv ConvTranspose MaxPool AveragePool LpPool QLinearConv ConvInteger".split())
# Nodes that are exact where operands and result are short numbers.
LINEAR = frozenset("Add Sub Mul MatMul Gemm Conv ConvTranspose Sum ReduceSum CumSum Einsum Cast CastLike PRelu Mod".split())
# How many roundings apart two ways to compute one node may be, and which part of a tolerance may be used up. The tolerances
# of small floats are few roundings wide.
ROUNDINGS = {el.F32: 4, el.F64: 4, el.F16: 1, el.BF16: 1}
SHARE = {el.F32: 4, el.F64: 4, el.F16: 2, el.BF16: 2}


class Rejected(Exception):
    """The draw leads to no node that can be compared; another one is tried."""


@dataclass
class Value:
    """A tensor of the model: its value and its twin at each size."""

    name: str
    element: int
    runs: list[np.ndarray]
    twins: list[np.ndarray]
    is_constant: bool = False

    @property
    def rank(self) -> int:
        return self.runs[0].ndim

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape at the first size."""
        return self.runs[0].shape

    @property
    def is_static(self) -> bool:
        return all(run.shape == self.shape for run in self.runs)

    def extents(self, axis: int) -> tuple[int, ...]:
        """The extent of an axis at each size."""
        return tuple(run.shape[axis] for run in self.runs)

    def all_shapes(self) -> list[tuple[int, ...]]:
        return [self.extents(axis) for axis in range(self.rank)]

    @property
    def is_exact(self) -> bool:
        return all(np.array_equal(r, t, equal_nan=r.dtype.kind not in "biuc") for r, t in zip(self.runs, self.twins))


@dataclass
class State:
    """What a refused draw gives back."""

    nodes: int
    inputs: int
    values: int
    constants: int
    symbols: int
    functions: int


class Builder:
    def __init__(self, draw: Draw, opset: int, sizes: list[dict[str, int]], prefix: str = "") -> None:
        self.draw = draw
        self.opset = opset
        self.symbols: dict[str, tuple[int, ...]] = {n: tuple(s[n] for s in sizes) for n in (sizes[0] if sizes else {})}
        self.run_count = len(sizes)
        self.float_kind = "normal"
        self.float_type = el.F32
        self.values: list[Value] = []
        self.inputs: list[tuple[Value, list[int | str | None]]] = []
        self.constants: list[Value] = []
        self.nodes: list[onnx.NodeProto] = []
        self.functions: list[onnx.FunctionProto] = []
        self.prefix = prefix
        self.outer: Builder | None = None
        self._counter = 0

    # names and state

    def name(self, stem: str) -> str:
        if self.outer is not None:
            return self.outer.name(self.prefix + stem)
        self._counter += 1
        return f"{stem}{self._counter}"

    def state(self) -> State:
        return State(*(len(x) for x in (self.nodes, self.inputs, self.values, self.constants, self.symbols, self.functions)))

    def restore(self, state: State) -> None:
        del self.nodes[state.nodes :], self.inputs[state.inputs :], self.values[state.values :]
        del self.constants[state.constants :], self.functions[state.functions :]
        for symbol in list(self.symbols)[state.symbols :]:
            del self.symbols[symbol]

    def body(self, prefix: str) -> Builder:
        """A builder of a body, which sees this one's values."""
        inner = Builder(self.draw, self.opset, [], prefix)
        inner.outer = self
        inner.run_count = self.run_count
        inner.symbols = self.symbols
        inner.float_kind, inner.float_type = self.float_kind, self.float_type
        return inner

    # sizes

    def dim_of(self, extents: tuple[int, ...]) -> int | str:
        """An extent as an input declares it: a number, a symbol, or a new symbol."""
        if len(set(extents)) == 1:
            return extents[0]
        for symbol, sizes in self.symbols.items():
            if sizes == extents:
                return symbol
        if self.outer is not None:
            raise Rejected("a body has no inputs with symbols of their own")
        symbol = self.name("D")
        self.symbols[symbol] = extents
        return symbol

    def random_extents(self, most: int = 9) -> tuple[int, ...]:
        if self.symbols and self.draw.chance(0.35):
            return self.draw.of(list(self.symbols.values()))
        size = self.draw.weighted([(1, 2), (2, 3), (3, 3), (4, 3), (5, 2), (7, 2), (8, 3), (9, 1), (16, 1), (17, 1), (33, 0.3)])
        return (min(size, most),) * self.run_count

    def random_shape(self, rank: int, most: int = 9) -> list[tuple[int, ...]]:
        return [self.random_extents(most) for _ in range(rank)]

    # sources

    def data(self, element: int, shape: Sequence[int], kind: str | None = None) -> np.ndarray:
        if int(np.prod(shape, dtype=np.int64)) > MOST_ELEMENTS:
            raise Rejected("too many elements")
        return self.draw.array(element, shape, kind or self.float_kind)

    def input(self, extents: Sequence[tuple[int, ...]], element: int, kind: str | None = None) -> Value:
        """A new input of the model, with an extent per size and axis; in a body, a value of the graph around it."""
        arrays = [self.data(element, [e[k] for e in extents], kind) for k in range(self.run_count)]
        return self.input_of(arrays, element)

    def input_of(self, arrays: list[np.ndarray], element: int) -> Value:
        if self.outer is not None:
            return self.outer.input_of(arrays, element)
        value = Value(self.name("x"), element, arrays, arrays)
        dims: list[int | str | None] = [self.dim_of(e) for e in value.all_shapes()]
        dims = [None if isinstance(d, str) and self.draw.chance(0.05) else d for d in dims]
        self.inputs.append((value, dims))
        self.values.append(value)
        return value

    def constant(self, array: np.ndarray | Sequence, element: int | None = None) -> Value:
        """A new constant: an initializer, or a node Constant."""
        made = np.asarray(array, el.NUMPY[element] if element is not None else None)
        value = Value(self.name("c"), el.OF_NUMPY[made.dtype], [made] * self.run_count, [made] * self.run_count, True)
        self.constants.append(value)
        return value

    def int64(self, *numbers: int) -> Value:
        return self.constant(np.array(numbers, np.int64))

    def source(self, extents: Sequence[tuple[int, ...]], element: int, kind: str | None = None) -> Value:
        """An input or, where the shape is fixed, often a constant."""
        if all(len(set(e)) == 1 for e in extents) and self.draw.chance(0.5):
            return self.constant(self.data(element, [e[0] for e in extents], kind), element)
        return self.input(extents, element, kind)

    # choosing operands

    def visible(self) -> list[Value]:
        return (self.outer.visible() if self.outer is not None else []) + self.values

    def pick(
        self,
        elements: Sequence[int] | None = None,
        ranks: Sequence[int] = (0, 1, 2, 3, 4, 5),
        where: Callable[[Value], bool] | None = None,
        fresh: float = 0.12,
        kind: str | None = None,
    ) -> Value:
        """A value that fits, the latest ones first; or a new input."""
        elements = elements or (self.float_type,)
        fits = [v for v in self.visible() if v.element in elements and v.rank in ranks and (where is None or where(v))]
        if fits and not self.draw.chance(fresh):
            return fits[-1 - min(int(self.draw.random.expovariate(0.45)), len(fits) - 1)]
        element = self.float_type if self.float_type in elements else self.draw.of(list(elements))
        rank = self.draw.of([r for r in ranks if r <= 4] or list(ranks))
        value = self.input(self.random_shape(rank), element, kind)
        if where is not None and not where(value):
            raise Rejected("a new input does not fit")
        return value

    def like(self, value: Value, element: int | None = None, kind: str | None = None) -> Value:
        """A value of the same shape at every size."""
        element = value.element if element is None else element
        shapes = [r.shape for r in value.runs]
        fits = [v for v in self.visible() if v.element == element and v is not value and [r.shape for r in v.runs] == shapes]
        if fits and kind is None and self.draw.chance(0.6):
            return self.draw.of(fits[-6:])
        return self.source(value.all_shapes(), element, kind)

    def fitting(self, extents: list[tuple[int, ...]], element: int, kind: str | None = None) -> Value:
        """A value of these extents, often one that is there."""
        fits = [v for v in self.visible() if v.element == element and v.all_shapes() == extents]
        return self.draw.of(fits[-6:]) if fits and self.draw.chance(0.6) else self.input(extents, element, kind)

    def broadcast(self, value: Value, element: int | None = None, kind: str | None = None) -> Value:
        """A value that broadcasts with `value`: some extents 1, leading ones missing, or more in front; an
        extent may also be 1 at some sizes only."""
        element = value.element if element is None else element
        form = self.draw.weighted([("same", 3), ("some ones", 3), ("channel", 2), ("scalar", 1), ("longer", 1), ("row", 2), ("at times one", 1)])
        if form == "same":
            return self.like(value, element, kind)
        extents = value.all_shapes()
        one = (1,) * self.run_count
        if form == "scalar":
            return self.source([], element, kind)
        if form == "some ones":
            extents = [one if self.draw.chance(0.5) else e for e in extents]
        if form == "at times one":
            extents = [tuple(n if self.draw.chance(0.5) else 1 for n in e) for e in extents]
        if form == "channel":
            extents = [e if axis == 1 else one for axis, e in enumerate(extents)][1:]
        if form == "row":
            extents = extents[-1:]
        if form == "longer":
            extents = [self.random_extents(4), *(one if self.draw.chance(0.3) else e for e in extents)]
        if len(extents) > 6:
            raise Rejected("too many axes")
        return self.source(extents, element, kind)

    # adding nodes

    def node(
        self, op: str, operands: Sequence[Value | None], outputs: int | Sequence[bool] = 1, domain: str = "", **attributes
    ) -> list[Value]:
        """Adds a node and evaluates it. `outputs` is how many results it has, or which of them are asked for."""
        asked = [True] * outputs if isinstance(outputs, int) else list(outputs)
        names = [self.name("v") if is_asked else "" for is_asked in asked]
        while operands and operands[-1] is None:
            operands = operands[:-1]
        node = helper.make_node(op, [v.name if v else "" for v in operands], names, self.name(op.lower() + "_"), domain=domain)
        for key, attribute in attributes.items():
            if attribute is not None:
                node.attribute.append(helper.make_attribute(key, attribute))
        values = self.evaluate(node, [v for v in operands if v is not None])
        self.nodes.append(node)
        self.values.extend(values)
        return values

    def one(self, op: str, operands: Sequence[Value | None], domain: str = "", **attributes) -> Value:
        return self.node(op, operands, 1, domain, **attributes)[0]

    def evaluate(self, node: onnx.NodeProto, operands: list[Value]) -> list[Value]:
        known = {v.name: v for v in self.all_values()}
        used = [known[name] for name in free_names([node]) if name in known] + [v for v in operands if v.name not in known]
        used = list({v.name: v for v in used}.values())
        names = [name for name in node.output if name]
        model = self.model_of([node], [v for v in used if not v.is_constant], [v for v in used if v.is_constant], names)
        try:
            session = Session(model)
        except RuntimeRefuses as problem:
            raise Rejected(str(problem)) from problem
        inputs = [v for v in used if not v.is_constant]
        is_exact = all(v.is_exact for v in used)
        runs: list[list[np.ndarray]] = [[] for _ in names]
        twins: list[list[np.ndarray]] = [[] for _ in names]
        for k in range(self.run_count):
            try:
                found = session.run({v.name: v.runs[k] for v in inputs})
                twin = found if is_exact else session.run({v.name: v.twins[k] for v in inputs})
            except RuntimeRefuses as problem:
                raise Rejected(str(problem)) from problem
            for i, (value, other) in enumerate(zip(found, twin)):
                runs[i].append(value)
                twins[i].append(self.disturbed(node, value, other, is_exact))
        values = []
        for name, run, twin in zip(names, runs, twins):
            value = Value(name, el.OF_NUMPY[run[0].dtype], run, twin)
            self.check(value)
            if node.op_type in WINDOWS and not (all(r.size for r in run) and windows_fit(node, operands)):
                raise Rejected("a window that does not fit")
            values.append(value)
        return values

    def all_values(self) -> list[Value]:
        return (self.outer.all_values() if self.outer is not None else []) + self.values + self.constants

    def model_of(
        self, nodes: list[onnx.NodeProto], inputs: list[Value], constants: list[Value], outputs: list[str]
    ) -> onnx.ModelProto:
        graph = helper.make_graph(
            nodes,
            "random",
            [helper.make_tensor_value_info(v.name, v.element, None) for v in inputs],
            [onnx.ValueInfoProto(name=name) for name in outputs],
            [numpy_helper.from_array(v.runs[0], v.name) for v in constants],
        )
        root = self
        while root.outer is not None:
            root = root.outer
        imports = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        if root.functions:
            imports.append(helper.make_opsetid("local", 1))
        return helper.make_model(graph, opset_imports=imports, ir_version=10, functions=root.functions)

    # what may be compared

    def disturbed(self, node: onnx.NodeProto, value: np.ndarray, twin: np.ndarray, operands_exact: bool) -> np.ndarray:
        """The twin with the node's own roundings gone otherwise."""
        element = el.OF_NUMPY.get(value.dtype)
        if element not in el.ROUNDING or node.op_type in MOVES or value.shape != twin.shape or value.size == 0:
            return twin
        wide = twin.astype(np.float64)
        if operands_exact and node.op_type in LINEAR and is_short(wide, element):
            return twin
        with np.errstate(invalid="ignore", over="ignore"):
            finite = np.abs(wide[np.isfinite(wide)])
            of_largest = 0.0 if node.op_type in ("Add", "Sub", "Mul", "Div", "Cast") else finite.max(initial=0.0) / 4
            step = ROUNDINGS[element] * el.ROUNDING[element] * (np.abs(wide) + of_largest)
            step = np.where(np.isfinite(step), step, 0)
            return (wide + step * self.draw.arrays.uniform(-1, 1, wide.shape)).astype(value.dtype)

    def check(self, value: Value) -> None:
        for run, twin in zip(value.runs, value.twins):
            if run.size > MOST_ELEMENTS:
                raise Rejected("too many elements")
            if run.shape != twin.shape:
                raise Rejected("the shape depends on rounding")
            if run.size == 0:
                continue
            if value.element not in el.ROUNDING:
                if not np.array_equal(run, twin):
                    raise Rejected("an integer depends on rounding")
                if value.element in el.LARGEST and np.abs(run.astype(np.float64)).max() > el.LARGEST[value.element] and self.float_kind != "special":
                    raise Rejected("too large")
                continue
            check_floats(run, twin, value.element, self.float_kind == "special")


def is_short(wide: np.ndarray, element: int) -> bool:
    """Whether these numbers are exact, and partial sums of such numbers too."""
    if not np.isfinite(wide).all():
        return False
    most, step = {el.F16: (64.0, 16), el.BF16: (16.0, 4)}.get(element, (4096.0, 256))
    return bool(np.abs(wide).max(initial=0) <= most and np.array_equal(wide * step, np.round(wide * step)))


def check_floats(run: np.ndarray, twin: np.ndarray, element: int, is_special: bool) -> None:
    value, other = run.astype(np.float64), twin.astype(np.float64)
    finite = np.isfinite(value)
    if not is_special:
        if not finite.all() or not np.isfinite(other).all():
            raise Rejected("not a number")
        largest = np.abs(value).max(initial=0)
        if largest > el.LARGEST[element] or 0 < largest < el.LEAST[element]:
            raise Rejected("too large or too small")
    if not np.array_equal(finite, np.isfinite(other)) or not np.array_equal(value[~finite], other[~finite], equal_nan=True):
        raise Rejected("what is finite depends on rounding")
    of_largest, of_value = el.TOLERANCE[element]
    value, other = value[finite], other[finite]
    allowed = of_largest * np.abs(value).max(initial=0) + of_value * np.abs(value)
    if (np.abs(value - other) > allowed / SHARE[element]).any():
        raise Rejected("ill-conditioned")


def windows_fit(node: onnx.NodeProto, operands: list[Value]) -> bool:
    """Whether a window lies within the padded input at every size: else ONNX Runtime divides towards 0 and finds one or none."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    kernel = attributes.get("kernel_shape")
    if kernel is None or node.op_type == "ConvTranspose" or attributes.get("auto_pad", b"NOTSET").startswith(b"SAME"):
        return True
    count = len(kernel)
    dilations, pads = attributes.get("dilations", [1] * count), attributes.get("pads", [0] * 2 * count)
    return all(
        (kernel[i] - 1) * dilations[i] + 1 <= extent + pads[i] + pads[i + count]
        for i in range(count)
        for extent in operands[0].extents(i + 2)
    )


def free_names(nodes: Sequence[onnx.NodeProto]) -> list[str]:
    """Names that nodes read and do not make, those of bodies included, in order of first use."""
    made: set[str] = set()
    free: dict[str, None] = {}
    for node in nodes:
        for name in node.input:
            if name and name not in made:
                free[name] = None
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else attribute.graphs:
                own = {v.name for v in graph.input} | {t.name for t in graph.initializer}
                for name in [*free_names(graph.node), *(o.name for o in graph.output)]:
                    if name not in own and name not in made and not any(name in n.output for n in graph.node):
                        free[name] = None
        made.update(node.output)
    return list(free)
