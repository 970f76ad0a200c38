"""Structured mutants of a valid model: attributes, types, dimensions, initializers, bodies and opsets, one change each."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, helper, numpy_helper

import element as el
from draw import Draw
from model import Case, all_nodes, write_data
from runtime import RuntimeRefuses, Session

NUMBERS = (-(2**63), -(2**31), -100, -2, -1, 0, 1, 2, 3, 5, 17, 255, 65536, 2**31 - 1, 2**31, 2**62, 2**63 - 1)
MUTANTS_PER_MODEL = 4


def mutate_attribute(draw: Draw, model: onnx.ModelProto) -> str:
    held = [(n, a) for n in all_nodes(model.graph.node) for a in n.attribute]
    if not held:
        return ""
    node, attribute = draw.of(held)
    what = f"attribute {attribute.name} of {node.op_type}"
    form = draw.of(["value", "value", "value", "gone", "type", "twice", "other name"])
    if form == "gone":
        node.attribute.remove(attribute)
    elif form == "twice":
        node.attribute.append(attribute)
    elif form == "other name":
        attribute.name = draw.of(["axis", "axes", "perm", "foo", ""])
    elif form == "type":
        attribute.CopyFrom(helper.make_attribute(attribute.name, draw.of([1, 1.5, "x", [1, 2], [0.5], [-1]])))
    elif attribute.type == AttributeProto.INT:
        attribute.i = draw.of(NUMBERS)
    elif attribute.type == AttributeProto.FLOAT:
        attribute.f = draw.of([0.0, -1.0, 1e30, float("nan"), float("inf"), 0.5])
    elif attribute.type == AttributeProto.INTS and len(attribute.ints):
        draw.of([lambda: attribute.ints.pop(), lambda: attribute.ints.append(draw.of(NUMBERS)), lambda: change_one(draw, attribute.ints)])()
    elif attribute.type == AttributeProto.STRING:
        attribute.s = draw.of([b"", b"linear", b"edge", b"none", b"SAME_UPPER", b"\xff\xfe", b"x" * 1000])
    return f"attribute: {form} of {what}"


def change_one(draw: Draw, numbers) -> None:
    numbers[draw.between(0, len(numbers) - 1)] = draw.of(NUMBERS)


def mutate_input(draw: Draw, model: onnx.ModelProto) -> str:
    infos = [*model.graph.input, *model.graph.output]
    info = draw.of(infos)
    tensor = info.type.tensor_type
    form = draw.of(["element", "dimension", "dimension", "more axes", "fewer axes", "no shape", "symbol"])
    if form == "element":
        tensor.elem_type = draw.of([*el.ALL, 0, 8, 14, 17, 99])
    elif form == "no shape":
        tensor.ClearField("shape")
    elif form == "more axes":
        tensor.shape.dim.add().dim_value = draw.of([1, 2, 0])
    elif not len(tensor.shape.dim):
        return ""
    elif form == "fewer axes":
        del tensor.shape.dim[-1]
    elif form == "symbol":
        draw.of(list(tensor.shape.dim)).dim_param = draw.of(["N", "S", "a b", "", "N+1", "(If).differs"])
    else:
        draw.of(list(tensor.shape.dim)).dim_value = draw.of(NUMBERS)
    return f"declaration: {form} of {info.name}"


def mutate_initializer(draw: Draw, model: onnx.ModelProto) -> str:
    tensors = list(model.graph.initializer) + [a.t for n in all_nodes(model.graph.node) for a in n.attribute if a.type == AttributeProto.TENSOR]
    if not tensors:
        return ""
    tensor = draw.of(tensors)
    form = draw.of(["values", "values", "values", "shape", "type", "cut", "rank", "empty"])
    if form == "values":
        array = numpy_helper.to_array(tensor).copy()
        if array.size:
            flat = array.reshape(-1)
            with np.errstate(all="ignore"):
                wanted = draw.of(NUMBERS)
                if array.dtype.kind in "iu":
                    info = np.iinfo(array.dtype)
                    wanted = min(max(wanted, info.min), info.max - 1)  # Slice takes the largest number as no number at all
                flat[draw.between(0, flat.size - 1)] = wanted
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(array, name))
    elif form == "shape" and len(tensor.dims):
        tensor.dims[draw.between(0, len(tensor.dims) - 1)] = draw.of(NUMBERS)
    elif form == "type":
        tensor.data_type = draw.of([*el.ALL, 0, 99])
    elif form == "cut":
        tensor.raw_data = tensor.raw_data[:-1]
    elif form == "rank":
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor)[None], tensor.name))
    elif form == "empty":
        array = numpy_helper.to_array(tensor)
        tensor.CopyFrom(numpy_helper.from_array(np.zeros((0,) * max(array.ndim, 1), array.dtype), tensor.name))
    return f"constant: {form} of {tensor.name}"


def mutate_wiring(draw: Draw, model: onnx.ModelProto) -> str:
    nodes = list(model.graph.node)
    node = draw.of(nodes)
    names = [v.name for v in model.graph.input] + [o for n in nodes for o in n.output] + [t.name for t in model.graph.initializer]
    form = draw.of(["operand", "operand", "no operand", "one more", "one fewer", "no node", "operator", "order"])
    if form == "operand" and len(node.input):
        node.input[draw.between(0, len(node.input) - 1)] = draw.of(names)
    elif form == "no operand" and len(node.input):
        node.input[draw.between(0, len(node.input) - 1)] = ""
    elif form == "one more":
        node.input.append(draw.of(names))
    elif form == "one fewer" and len(node.input):
        del node.input[-1]
    elif form == "no node":
        model.graph.node.remove(node)
    elif form == "operator":
        node.op_type = draw.of(nodes).op_type
    elif form == "order":
        model.graph.node.insert(draw.between(0, len(nodes)), node)
    return f"wiring: {form} at {node.op_type}"


def mutate_body(draw: Draw, model: onnx.ModelProto) -> str:
    bodies = [a.g for n in all_nodes(model.graph.node) for a in n.attribute if a.type == AttributeProto.GRAPH]
    if not bodies:
        return ""
    body = draw.of(bodies)
    form = draw.of(["no output", "output twice", "no node", "other output", "no input", "input twice"])
    if form == "no output" and len(body.output):
        del body.output[-1]
    elif form == "output twice" and len(body.output):
        body.output.append(body.output[0])
    elif form == "no node" and len(body.node):
        del body.node[draw.between(0, len(body.node) - 1)]
    elif form == "other output" and len(body.output) and len(body.node):
        draw.of(list(body.output)).name = draw.of([o for n in body.node for o in n.output])
    elif form == "no input" and len(body.input):
        del body.input[-1]
    elif form == "input twice" and len(body.input):
        body.input.append(body.input[0])
    return f"body: {form}"


def mutate_version(draw: Draw, model: onnx.ModelProto) -> str:
    form = draw.of(["opset", "opset", "opset", "ir", "none", "twice"])
    if form == "opset":
        model.opset_import[0].version = draw.of([0, -1, 1, 6, 7, 8, 9, 10, 11, 12, 13, 17, 18, 21, 24, 26, 28, 1000])
    elif form == "ir":
        model.ir_version = draw.of([0, 1, 3, 4, 14, 100])
    elif form == "none":
        del model.opset_import[:]
    else:
        model.opset_import.append(helper.make_opsetid("", draw.of([7, 13, 21])))
    return f"version: {form}"


CHANGES = (
    (mutate_attribute, 5),
    (mutate_input, 3),
    (mutate_initializer, 4),
    (mutate_wiring, 3),
    (mutate_body, 2),
    (mutate_version, 1),
)


def written(case: Case, mutant: onnx.ModelProto, folder: str) -> bool:
    """Writes a mutant with data; whether the runtime refuses it. Its data is then the valid model's."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "model.onnx")
    with open(path, "wb") as file:
        file.write(mutant.SerializeToString())
    inputs, outputs = case.inputs, case.outputs
    refused = True
    try:
        session = Session(mutant)
        names = [v.name for v in mutant.graph.input]
        inputs = [{n: v[n] for n in names} for v in case.inputs]
        outputs = [dict(zip(session.names, session.run(v))) for v in inputs]
        optimized = Session(mutant, optimized=True)
        again = [dict(zip(optimized.names, optimized.run(v))) for v in inputs]
        refused = any(not np.array_equal(a[n], b[n], equal_nan=a[n].dtype.kind not in "biu") for a, b in zip(outputs, again) for n in a)
    except (RuntimeRefuses, KeyError):
        inputs, outputs = case.inputs, case.outputs
    write_data(folder, inputs, outputs)
    with open(os.path.join(folder, "flags"), "w") as file:
        file.write(" ".join(case.flags) + "\n")
    return refused


def write_mutants(case: Case, folder: str) -> list[dict[str, Any]]:
    """Folders FOLDER_1, FOLDER_2, ..: what was changed in each, and whether the runtime refuses it."""
    draw = Draw(case.seed + 1_000_000_007)
    made = []
    for number in range(1, MUTANTS_PER_MODEL + 1):
        mutant = onnx.ModelProto()
        mutant.CopyFrom(case.model)
        change = draw.weighted(CHANGES)
        try:
            what = change(draw, mutant)
            mutant.SerializeToString()
        except (ValueError, TypeError, OverflowError):
            continue  # the change does not go with this element type
        if what:
            made.append({"number": number, "change": what, "refused": written(case, mutant, f"{folder}_{number}")})
    return made
