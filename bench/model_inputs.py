"""Shapes and seeded random inputs for a model, by the type and the name of each input."""

import re

import numpy as np
import onnx

FALLBACK_IDS = 100  # a vocabulary that nearly every model has
SAME_VALUES = {"Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"}


def model_inputs(path):
    """Two things: [(name, numpy type, dims)] without initializers, where a dimension is an int, a symbol's name, or None;
    and name -> bound of the values, for inputs that look up a table."""
    graph = onnx.load(path, load_external_data=False).graph
    initializers = {i.name: list(i.dims) for i in graph.initializer}
    bounds, same_values = {}, {}
    for node in graph.node:  # ids that look up a table stay inside it
        if node.op_type in SAME_VALUES:
            same_values[node.output[0]] = node.input[0]
        if node.op_type == "Gather" and node.input[0] in initializers:
            ids = node.input[1]
            while ids in same_values:
                ids = same_values[ids]
            bounds[ids] = min(initializers[node.input[0]][0], bounds.get(ids, 2**31))
    inputs = []
    for value in graph.input:
        if value.name in initializers:
            continue
        tensor = value.type.tensor_type
        dims = [d.dim_param or (d.dim_value if d.dim_value > 0 else None) for d in tensor.shape.dim]
        inputs.append((value.name, onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type), dims))
    return inputs, bounds


def materialized(inputs, symbols, shapes):
    """name -> shape: `shapes` by input name first, then `symbols`; what neither gives is 1."""
    known = {symbol for _, _, dims in inputs for symbol in dims if isinstance(symbol, str)}
    if unknown := (set(symbols) - known) | (set(shapes) - {name for name, _, _ in inputs}):
        raise ValueError(
            f"no such symbol or input: {', '.join(sorted(unknown))}; symbols: {', '.join(sorted(known)) or 'none'}"
        )
    found = {}
    for name, _, dims in inputs:
        shape = shapes.get(name) or [d if isinstance(d, int) else symbols.get(d, 1) for d in dims]
        found[name] = [int(d) for d in shape]
    return found


def random_inputs(inputs, shapes, bounds, seed=0):
    """Masks are ones, segment ids zeros, positions count up, other integers are ids below their table's size or 100."""
    rng, values = np.random.default_rng(seed), {}
    for name, dtype, _ in inputs:
        shape, word = shapes[name], name.lower()
        if re.search(r"mask", word):
            value = np.ones(shape)
        elif re.search(r"position", word):
            value = np.broadcast_to(np.arange(shape[-1]), shape)
        elif re.search(r"type|segment", word):
            value = np.zeros(shape)
        elif word == "bytes":  # of a file, whatever the type (magika)
            value = rng.integers(0, 256, shape)
        elif dtype == np.bool_:
            value = rng.integers(0, 2, shape)
        elif np.issubdtype(dtype, np.integer):
            value = rng.integers(0, bounds.get(name, FALLBACK_IDS), shape)
        else:
            value = rng.random(shape)
        values[name] = np.array(value, dtype, order="C")
    return values
