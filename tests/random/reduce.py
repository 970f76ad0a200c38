"""Shrinks a failing case: nodes become inputs that hold what the runtime computed there, as long as it fails the same way."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable

import numpy as np
import onnx
from onnx import helper

import element as el
from builder import free_names
from model import write_data
from runtime import RuntimeRefuses, Session

Fails = Callable[[str], bool]


def load(folder: str) -> tuple[onnx.ModelProto, list[dict[str, np.ndarray]]]:
    model = onnx.load(os.path.join(folder, "model.onnx"))
    given = []
    while os.path.exists(path := os.path.join(folder, f"test_data_set_{len(given)}", "inputs.npz")):
        with np.load(path) as arrays:
            given.append({name: arrays[name] for name in arrays.files})
    elements = {v.name: v.type.tensor_type.elem_type for v in model.graph.input}
    return model, [{n: v.astype(el.NUMPY[elements[n]]) for n, v in values.items()} for values in given]


def intermediates(model: onnx.ModelProto, given: list[dict[str, np.ndarray]]) -> list[dict[str, np.ndarray]]:
    """Every tensor's value at each size."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    del wide.graph.output[:]
    wide.graph.output.extend(onnx.ValueInfoProto(name=name) for node in wide.graph.node for name in node.output if name)
    session = Session(wide)
    return [values | dict(zip((o.name for o in wide.graph.output), session.run(values))) for values in given]


def rebuilt(
    model: onnx.ModelProto, nodes: list[onnx.NodeProto], outputs: list[str], values: list[dict[str, np.ndarray]]
) -> onnx.ModelProto:
    """The model of these nodes: what they read and nothing makes becomes an input, of open extents where these differ."""
    needed, kept = set(outputs), []
    for node in reversed(nodes):
        if needed & set(node.output):
            kept.insert(0, node)
            needed.update(free_names([node]))
    made = {name for node in kept for name in node.output}
    initializers = [t for t in model.graph.initializer if t.name in needed]
    fixed = {t.name for t in initializers}
    dims = {v.name: v for v in model.graph.input}
    inputs = []
    for name in free_names(kept) + [o for o in outputs if o not in made]:
        if name in made or name in fixed or name in {i.name for i in inputs}:
            continue
        shapes = {v[name].shape for v in values}
        extents = [e[0] if len(set(e)) == 1 and e[0] else f"{name}_{a}" for a, e in enumerate(zip(*shapes))]
        info = dims.get(name) or helper.make_tensor_value_info(name, el.OF_NUMPY[values[0][name].dtype], extents)
        inputs.append(info)
    smaller = onnx.ModelProto()
    smaller.CopyFrom(model)
    for part, items in (("node", kept), ("initializer", initializers), ("input", inputs)):
        del getattr(smaller.graph, part)[:]
        getattr(smaller.graph, part).extend(items)
    del smaller.graph.output[:], smaller.graph.value_info[:]
    smaller.graph.output.extend(
        helper.make_tensor_value_info(o, el.OF_NUMPY[values[0][o].dtype], [None] * values[0][o].ndim) for o in outputs
    )
    return smaller


def write(model: onnx.ModelProto, values: list[dict[str, np.ndarray]], folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    onnx.save_model(model, os.path.join(folder, "model.onnx"))
    session = Session(model)
    given = [{i.name: v[i.name] for i in model.graph.input} for v in values]
    write_data(folder, given, [dict(zip(session.names, session.run(g))) for g in given])


def reduce(folder: str, fails: Fails, seconds: float, suspect: str = "") -> int:
    """Shrinks the case in `folder` in place; how many nodes are left. `fails` says of a folder whether it still fails, and
    `suspect` is the output that was seen to be wrong, if one was."""
    deadline = time.monotonic() + seconds
    model, given = load(folder)
    scratch = folder.rstrip("/") + ".smaller"
    try:
        values = intermediates(model, given)
    except RuntimeRefuses:
        return len(model.graph.node)

    def accepts(nodes: list[onnx.NodeProto], outputs: list[str], chosen: list[dict[str, np.ndarray]]) -> bool:
        nonlocal model, values
        try:
            candidate = rebuilt(model, nodes, outputs, chosen)
            if not candidate.graph.node:
                return False
            write(candidate, chosen, scratch)
        except (RuntimeRefuses, KeyError):
            return False
        if time.monotonic() > deadline or not fails(scratch):
            return False
        model, values = candidate, chosen
        return True

    def outputs() -> list[str]:
        return [o.name for o in model.graph.output]

    if suspect in outputs():
        accepts(list(model.graph.node), [suspect], values)
    for k in range(len(values)):
        if len(values) > 1 and accepts(list(model.graph.node), outputs(), [values[k]]):
            break
    for output in outputs():
        if len(outputs()) > 1:
            accepts(list(model.graph.node), [o for o in outputs() if o != output], values)
    changed = True
    while changed and time.monotonic() < deadline:
        changed = False
        for node in list(model.graph.node):
            rest = [n for n in model.graph.node if n.output[0] != node.output[0]]
            if len(rest) == len(model.graph.node) or not rest:
                continue
            ends = [o for o in outputs() if o not in node.output]
            read = set(free_names(rest))
            if not ends:
                # The last node: what it read becomes the output.
                ends = [n for n in node.input if any(n in r.output for r in rest)]
            elif not any(o in read for o in node.output):
                made = {o for r in rest for o in r.output}
                ends += [n for n in node.input if n in made and n not in ends and n not in read]
            if ends and accepts(rest, ends, values):
                changed = True
    count = len(model.graph.node)
    write(model, values, scratch)
    shutil.copy(os.path.join(folder, "flags"), os.path.join(scratch, "flags"))
    shutil.rmtree(folder)
    os.rename(scratch, folder)
    return count
