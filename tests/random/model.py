"""A random model of a seed: its bytes, inputs for each size, and what ONNX Runtime makes of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper, numpy_helper

import attention  # noqa: F401  (the imports of row modules fill the table)
import control
import element as el
import elementwise  # noqa: F401
import indexing  # noqa: F401
import movement  # noqa: F401
import quantized  # noqa: F401
import recurrent  # noqa: F401
import reductions  # noqa: F401
import windows  # noqa: F401
from builder import Builder, Rejected, Value, check_floats, free_names
from draw import Draw
from rows import ROWS, Row
from runtime import LARGEST_IR, LARGEST_OPSET, RuntimeRefuses, Session

# A family's weight, and the chance that a node is drawn from the family's own rows.
FAMILIES: dict[str, tuple[float, float]] = {
    "conv": (4, 0.75),
    "attention": (3, 0.7),
    "recurrent": (1.5, 0.5),
    "control": (2, 0.5),
    "quantized": (2.5, 0.75),
    "broadcast": (2, 0.6),
    "layout": (2, 0.6),
    "index": (2, 0.6),
    "dynamic": (1.5, 0.4),
    "types": (1.5, 0.3),
    "special": (1, 0.0),
    "any": (3, 0.0),
}
SPECIAL_ROWS = frozenset(
    "unary arithmetic comparison logical where transpose reshape concat slice_ pad gather classify logical_not expand".split()
)


@dataclass
class Case:
    """A model with the data to compare."""

    seed: int
    family: str
    model: onnx.ModelProto
    inputs: list[dict[str, np.ndarray]]
    outputs: list[dict[str, np.ndarray]]
    flags: list[str]
    is_external: bool

    def write(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "model.onnx")
        if self.is_external:
            external = onnx.ModelProto()
            external.CopyFrom(self.model)
            onnx.save_model(external, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
        else:
            onnx.save_model(self.model, path)
        write_data(folder, self.inputs, self.outputs)
        with open(os.path.join(folder, "flags"), "w") as file:
            file.write(" ".join(self.flags) + "\n")


def write_data(folder: str, inputs: list[dict[str, np.ndarray]], outputs: list[dict[str, np.ndarray]]) -> None:
    for k, (given, expected) in enumerate(zip(inputs, outputs)):
        data = os.path.join(folder, f"test_data_set_{k}")
        os.makedirs(data, exist_ok=True)
        np.savez(os.path.join(data, "inputs.npz"), **{n: as_numpy(v) for n, v in given.items()})
        np.savez(os.path.join(data, "outputs.npz"), **{n: as_numpy(v) for n, v in expected.items()})


def as_numpy(value: np.ndarray) -> np.ndarray:
    """numpy's files have no bfloat16; burin takes float32 for it."""
    return value.astype(np.float32) if value.dtype == el.NUMPY[el.BF16] else value


class Dropped(Exception):
    """A seed whose model ONNX Runtime does not run, or runs in two ways."""


def sizes_of(draw: Draw, count: int, allows_zero: bool) -> list[dict[str, int]]:
    """Sizes for `count` symbols: a small one, 1 or a prime, and another; no two symbols have the same."""
    pools = [[2, 1, 7], [3, 5, 1], [4, 1, 11], [1, 13, 2], [6, 3, 17], [1, 2, 5]]
    chosen = draw.shuffled(pools)[:count]
    names = draw.shuffled(["N", "S", "batch", "height", "P", "T"])[:count]
    if allows_zero and count:
        chosen[0] = [*chosen[0][:2], 0]
    return [{name: pool[k] for name, pool in zip(names, chosen)} for k in range(3)]


def starting_inputs(b: Builder, family: str) -> None:
    if family == "conv":
        rank = b.draw.weighted([(4, 6), (3, 1), (5, 1)])
        channels = b.draw.of([1, 2, 3, 4, 8, 16])
        spatial = [b.random_extents() if b.draw.chance(0.3) else (b.draw.between(4, 13),) * b.run_count for _ in range(rank - 2)]
        batch = b.draw.of([(1,) * b.run_count, (2,) * b.run_count, b.random_extents(2)])
        b.input([batch, (channels,) * b.run_count, *spatial], b.float_type)
        return
    for _ in range(b.draw.between(1, 2)):
        rank = b.draw.weighted([(0, 0.5), (1, 1), (2, 3), (3, 3), (4, 2)])
        element = b.float_type
        if family == "types" and b.draw.chance(0.6):
            element = b.draw.of(el.ALL)
        extents = b.random_shape(rank)
        if b.draw.chance(0.03) and rank:
            extents[0] = (0,) * b.run_count
        b.input(extents, element)


def choose_row(draw: Draw, rows: list[Row], family: str, own: float) -> Row:
    if family in ("any", "special") or draw.chance(1 - own):
        fits = rows
    else:
        fits = [r for r in rows if family in r.families]
    return draw.weighted([(r, r.weight) for r in fits or rows])


def grow(b: Builder, rows: list[Row], family: str, count: int, attempts: int = 6) -> None:
    own = FAMILIES[family][1]
    for _ in range(count * attempts):
        if len(b.nodes) >= count:
            return
        attempt(b, choose_row(b.draw, rows, family, own).grow)


def attempt(b: Builder, change: Callable[[Builder], None]) -> bool:
    state = b.state()
    try:
        change(b)
        return True
    except Rejected:
        b.restore(state)
        return False


def rows_for(b: Builder, family: str) -> list[Row]:
    rows = [r for r in ROWS if r.since <= b.opset and ("any" in r.families or family in r.families or family == "any")]
    if family == "special":
        rows = [r for r in rows if r.name in SPECIAL_ROWS]
    return rows


def choose_outputs(b: Builder) -> list[Value]:
    """Results that nothing reads, some that something reads, now and then an input or a constant."""
    read = {name for node in b.nodes for name in node.input}
    made = [v for v in b.values if any(v.name in node.output for node in b.nodes)]
    outputs = [v for v in made if v.name not in read]
    outputs += [v for v in made if v.name in read and b.draw.chance(0.12)]
    if len(outputs) > 1 and b.draw.chance(0.15):
        outputs = b.draw.some(outputs, 1)
    if b.draw.chance(0.04) and b.inputs:
        outputs.append(b.draw.of([v for v, _ in b.inputs]))
    if b.draw.chance(0.04) and b.constants:
        outputs.append(b.draw.of(b.constants))
    if not outputs:
        raise Dropped("no outputs")
    return b.draw.shuffled(outputs) if b.draw.chance(0.3) else outputs


def twice(b: Builder, outputs: list[Value]) -> list[Value]:
    """Now and then the same value once more, by Identity."""
    if not b.draw.chance(0.05):
        return outputs
    state = b.state()
    try:
        return [*outputs, b.one("Identity", [b.draw.of(outputs)])]
    except Rejected:
        b.restore(state)
        return outputs


def pruned(nodes: list[onnx.NodeProto], outputs: list[Value], keeps_dead: bool) -> list[onnx.NodeProto]:
    if keeps_dead:
        return nodes
    needed = {v.name for v in outputs}
    kept = []
    for node in reversed(nodes):
        if needed & set(node.output):
            kept.append(node)
            needed.update(free_names([node]))
    return kept[::-1]


def declared(value: Value, dims: list[int | str | None] | None) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(value.name, value.element, dims)


def assemble(b: Builder, outputs: list[Value]) -> onnx.ModelProto:
    nodes = pruned(b.nodes, outputs, b.draw.chance(0.1))
    used = set(free_names(nodes)) | {v.name for v in outputs}
    inputs = [(v, dims) for v, dims in b.inputs if v.name in used or b.draw.chance(0.1)]
    constants = [v for v in b.constants if v.name in used]
    as_nodes = [v for v in constants if b.draw.chance(0.25) and v.name not in {o.name for o in outputs}]
    leading = [helper.make_node("Constant", [], [v.name], value=numpy_helper.from_array(v.runs[0], "")) for v in as_nodes]
    shown = []
    for value in outputs:
        form = b.draw.weighted([("rank", 3), ("full", 2), ("none", 1)])
        dims: list[int | str | None] | None = [None] * value.rank
        if form == "full":
            dims = [e[0] if len(set(e)) == 1 and e[0] else None for e in value.all_shapes()]
        shown.append(declared(value, None if form == "none" else dims))
    graph = helper.make_graph(
        [*leading, *nodes],
        "random",
        [declared(v, dims) for v, dims in inputs],
        shown,
        [numpy_helper.from_array(v.runs[0], v.name) for v in constants if v not in as_nodes],
    )
    imports = [helper.make_opsetid("", b.opset)]
    if any(n.domain == "com.microsoft" for n in all_nodes(graph.node)):
        imports.append(helper.make_opsetid("com.microsoft", 1))
    functions = [f for f in b.functions if any(n.op_type == f.name for n in nodes)]
    if functions:
        imports.append(helper.make_opsetid("local", 1))
    least_ir = 10 if b.opset >= 21 else 8
    ir = b.draw.between(least_ir, LARGEST_IR)
    return helper.make_model(graph, opset_imports=imports, ir_version=ir, functions=functions)


def all_nodes(nodes):
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else attribute.graphs:
                yield from all_nodes(graph.node)


def reference(model: onnx.ModelProto, b: Builder, outputs: list[Value]) -> list[dict[str, np.ndarray]]:
    """What the runtime makes of the whole model, which node by node and optimized must agree with."""
    given = {v.name: v for v, _ in b.inputs}
    names = [v.name for v in model.graph.input]
    try:
        plain, optimized = Session(model), Session(model, optimized=True)
        results = []
        for k in range(b.run_count):
            inputs = {name: given[name].runs[k] for name in names}
            results.append((plain.run(inputs), optimized.run(inputs)))
    except RuntimeRefuses as problem:
        raise Dropped(f"the runtime refuses the whole: {problem}") from problem
    expected = []
    for k, (found, other) in enumerate(results):
        for value, one, two in zip(outputs, found, other):
            agree(value.runs[k], one, value.element, b.float_kind == "special")
            agree(one, two, value.element, b.float_kind == "special")
        expected.append({v.name: one for v, one in zip(outputs, found)})
    return expected


def agree(one: np.ndarray, two: np.ndarray, element: int, is_special: bool) -> None:
    if one.shape != two.shape or one.dtype != two.dtype:
        raise Dropped("the runtime disagrees with itself about a shape")
    if element not in el.ROUNDING:
        if not np.array_equal(one, two):
            raise Dropped("the runtime disagrees with itself")
        return
    try:
        check_floats(one, two, element, is_special)
    except Rejected as problem:
        raise Dropped("the runtime disagrees with itself") from problem


def emptied_symbols(model: onnx.ModelProto, b: Builder) -> set[str]:
    """Symbols that are 0 at one of the sizes, as burin calls them: by their name, or after input and axis."""
    values = {v.name: v for v, _ in b.inputs}
    return {
        dim.dim_param or f"{info.name}_d{axis}"
        for info in model.graph.input
        for axis, dim in enumerate(info.type.tensor_type.shape.dim)
        if not dim.HasField("dim_value") and 0 in values[info.name].extents(axis)
    }


def generate(seed: int, family: str | None = None) -> Case:
    draw = Draw(seed)
    chosen = draw.weighted([(name, weight) for name, (weight, _) in FAMILIES.items()])
    family = family or chosen
    opset = draw.weighted([(11, 1), (12, 1), (13, 2), (14, 1), (15, 1), (16, 1), (17, 2), (18, 2), (19, 1), (20, 2), (21, 2), (22, 1), (23, 3), (24, 2), (25, 1), (LARGEST_OPSET, 1)])  # fmt: skip
    symbols = draw.weighted([(0, 2), (1, 4), (2, 3), (3, 1)])
    has_zero = draw.chance(0.06)
    b = Builder(draw, opset, sizes_of(draw, symbols, has_zero))
    b.float_kind = "special" if family == "special" else draw.weighted([("normal", 6), ("quarters", 3), ("positive", 1)])
    b.float_type = draw.weighted([(el.F32, 12), (el.F16, 1.5), (el.F64, 1), (el.BF16, 0.7 if opset >= 13 else 0)])
    try:
        starting_inputs(b, family)
    except Rejected as problem:
        raise Dropped(str(problem)) from problem
    count = draw.weighted([(draw.between(3, 8), 4), (draw.between(8, 20), 3), (draw.between(20, 40), 1)])
    grow(b, rows_for(b, family), family, count)
    if len(b.nodes) >= 3 and draw.chance(0.12):
        attempt(b, control.local_function)
    if not b.nodes:
        raise Dropped("no nodes")
    outputs = twice(b, choose_outputs(b))
    model = assemble(b, outputs)
    expected = reference(model, b, outputs)
    names = {v.name for v in model.graph.input}
    inputs = [{v.name: v.runs[k] for v, _ in b.inputs if v.name in names} for k in range(b.run_count)]
    flags: list[str] = []
    for symbol in sorted(emptied_symbols(model, b)):
        flags += ["--symbol_range", symbol, "0", "1000"]
    distinct = [k for k in range(b.run_count) if symbols or k == 0]
    return Case(
        seed, family, model, [inputs[k] for k in distinct], [expected[k] for k in distinct], flags, draw.chance(0.05)
    )
