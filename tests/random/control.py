"""Rows with bodies: If, Loop and Scan, whose bodies read the graph around them; and local functions."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

import element as el
from builder import Builder, Rejected, Value, free_names
from rows import ROWS, row

# What bodies are grown from: rows that keep to their operands.
INSIDE = frozenset(
    "unary arithmetic variadic comparison where transpose reshape unsqueeze squeeze concat slice_ pad reduction softmax mat_mul "
    "gather cast clip shape_arithmetic".split()
)


def grow_body(b: Builder, count: int) -> None:
    rows = [(r, r.weight) for r in ROWS if r.name in INSIDE and r.since <= b.opset]
    for _ in range(count * 4):
        if len(b.nodes) >= count:
            return
        state = b.state()
        try:
            b.draw.weighted(rows).grow(b)
        except Rejected:
            b.restore(state)


def parameter(b: Builder, arrays: list[np.ndarray], element: int, twins: list[np.ndarray] | None = None) -> Value:
    """A value that a body is given; in runs, an example of it."""
    value = Value(b.name("p"), element, arrays, twins or arrays)
    b.values.append(value)
    return value


def distinct(b: Builder, values: list[Value]) -> list[Value]:
    """Outputs of a body, each under a name of its own: ONNX Runtime crashes where two have the same."""
    seen: set[str] = set()
    outputs = []
    for value in values:
        outputs.append(b.one("Identity", [value]) if value.name in seen else value)
        seen.add(value.name)
    return outputs


def graph_of(b: Builder, name: str, inputs: list[Value], outputs: list[Value]) -> onnx.GraphProto:
    graph = helper.make_graph(
        b.nodes,
        name,
        [helper.make_tensor_value_info(v.name, v.element, [None] * v.rank) for v in inputs],
        [helper.make_tensor_value_info(v.name, v.element, [None] * v.rank) for v in outputs],
        [],
    )
    used = set(free_names(b.nodes)) | {v.name for v in outputs}
    constants = [v for v in b.constants if v.name in used]
    if b.draw.chance(0.5):
        graph.initializer.extend(numpy_helper.from_array(v.runs[0], v.name) for v in constants)
    else:
        made = [helper.make_node("Constant", [], [v.name], value=numpy_helper.from_array(v.runs[0])) for v in constants]
        nodes = [*made, *graph.node]
        del graph.node[:]
        graph.node.extend(nodes)
    return graph


def made_values(b: Builder) -> list[Value]:
    made = {name for node in b.nodes for name in node.output}
    return [v for v in b.values if v.name in made]


def same_shapes(one: Value, two: Value) -> bool:
    return one.element == two.element and [r.shape for r in one.runs] == [r.shape for r in two.runs]


@row("control", weight=5)
def if_(b: Builder) -> None:
    d = b.draw
    if d.chance(0.7):
        condition = b.input_of([np.array(d.chance(0.5)) for _ in range(b.run_count)], el.BOOL)
    else:
        condition = b.one("Equal", [b.constant(d.of([0, 1]), el.I64), b.constant(1, el.I64)])
    then = b.body("then_")
    grow_body(then, d.between(1, 4))
    results = d.some(made_values(then), 1)
    if not results:
        raise Rejected("an empty body")
    other = b.body("else_")
    grow_body(other, d.between(0, 3))
    matching: list[Value] = []
    for value in results:
        fits = [v for v in made_values(other) if v.element == value.element and v.rank == value.rank]
        if fits and d.chance(0.7):
            matching.append(d.of(fits))
            continue
        seen = [v for v in b.visible() if same_shapes(v, value)]
        if seen and d.chance(0.7):
            matching.append(other.one("Identity", [d.of(seen)]))
        elif value.is_static:
            matching.append(other.one("Identity", [other.constant(other.data(value.element, value.shape), value.element)]))
        else:
            raise Rejected("nothing to give in the other branch")
    matching = distinct(other, matching)
    b.node(
        "If", [condition], len(results), then_branch=graph_of(then, "then", [], results), else_branch=graph_of(other, "else", [], matching)
    )


@row("control", weight=4)
def loop(b: Builder) -> None:
    d = b.draw
    trips = d.of([0, 1, 2, 3, 5])
    count = b.constant(trips, el.I64) if d.chance(0.6) else b.input_of([np.array(d.between(0, 4), np.int64) for _ in range(b.run_count)], el.I64)
    carried = [b.pick((b.float_type,), (0, 1, 2, 3)) for _ in range(d.between(1, 2))]
    body = b.body("loop_")
    one = parameter(body, [np.array(0, np.int64)] * b.run_count, el.I64)
    go = parameter(body, [np.array(True)] * b.run_count, el.BOOL)
    state = [parameter(body, v.runs, v.element, v.twins) for v in carried]
    grow_body(body, d.between(1, 4))
    made = made_values(body)
    results = []
    for value in state:
        fits = [v for v in made if same_shapes(v, value)]
        results.append(d.of(fits) if fits else body.one(d.of(["Identity", "Relu", "Neg"]), [value]))
    scanned = d.some(made, 0)[:2]
    if d.chance(0.7):
        again = body.one("Identity", [go])
    else:
        again = body.one("Less", [one, body.constant(d.of([0, 1, 2]), el.I64)])
    start = b.constant(d.chance(0.9), el.BOOL) if d.chance(0.5) else None
    if any(not run for run in count.runs) or (start is not None and not start.runs[0]):
        scanned = []  # where nothing was scanned, ONNX Runtime has forgotten the other dimensions
    graph = graph_of(body, "loop", [one, go, *state], distinct(body, [again, *results, *scanned]))
    b.node("Loop", [count, start, *carried], len(results) + len(scanned), body=graph)


@row("control", weight=3)
def scan(b: Builder) -> None:
    d = b.draw
    x = b.pick((b.float_type,), (1, 2, 3), lambda v: all(r.size for r in v.runs))
    axis = d.of([None, 0, d.between(0, x.rank - 1)])
    direction = d.of([None, 0, 1])
    initial = [b.pick((b.float_type,), (0, 1, 2))] if d.chance(0.8) else []
    body = b.body("scan_")
    state = [parameter(body, v.runs, v.element, v.twins) for v in initial]
    step = parameter(body, [np.take(r, 0, axis or 0) for r in x.runs], x.element, [np.take(t, 0, axis or 0) for t in x.twins])
    grow_body(body, d.between(1, 4))
    made = made_values(body)
    results = []
    for value in state:
        fits = [v for v in made if same_shapes(v, value)]
        results.append(d.of(fits) if fits else body.one("Identity", [value]))
    scanned = d.some(made, 1)[:2] or [body.one("Identity", [step])]
    graph = graph_of(body, "scan", [*state, step], distinct(body, [*results, *scanned]))
    b.node(
        "Scan", [*initial, x], len(results) + len(scanned), body=graph, num_scan_inputs=1,
        scan_input_axes=None if axis is None else [axis], scan_input_directions=None if direction is None else [direction],
        scan_output_directions=d.of([None, [0] * len(scanned), [1] * len(scanned)]),
    )  # fmt: skip


def local_function(b: Builder) -> None:
    """A few of the model's operators as a function, called on a value or two."""
    operands = [b.pick((b.float_type,), (1, 2, 3)) for _ in range(b.draw.between(1, 2))]
    body = Builder(b.draw, b.opset, [])
    body.run_count, body.prefix = b.run_count, "f_"
    body.float_kind, body.float_type = b.float_kind, b.float_type
    inputs = [parameter(body, v.runs, v.element, v.twins) for v in operands]
    grow_body(body, b.draw.between(1, 4))
    if body.inputs:
        raise Rejected("a function has no inputs of its own")
    made = made_values(body)
    results = b.draw.some(made, 1)
    if not results:
        raise Rejected("an empty function")
    constants = [helper.make_node("Constant", [], [v.name], value=numpy_helper.from_array(v.runs[0])) for v in body.constants]
    name = b.name("Function")
    b.functions.append(
        helper.make_function(
            "local", name, [v.name for v in inputs], [v.name for v in results], [*constants, *body.nodes],
            [helper.make_opsetid("", b.opset)],
        )  # fmt: skip
    )
    b.node(name, operands, len(results), "local")
