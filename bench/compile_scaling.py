#!/usr/bin/env python3
"""Measures how the time and the memory of compiling grow with the model, and prints a markdown table.

usage: tools/install bench && .venv/bin/python bench/compile_scaling.py [--burin build/burin] [--most 64000] [--kinds chain,conv]

Models are made on the spot, of 1,000, 4,000, 16,000 and 64,000 nodes (--most ends the row): chains of elementwise operators and of
MatMuls, residual networks (fixed, with an open batch, convolutional), values that live to the end, many inputs and outputs.
Time is the processor's, of all threads, the least of --repeat runs. `exponent` is fitted to time = c
nodes^e; a model of MatMuls of distinct shapes gives kilobytes of peak memory for each. Exit code 1: an exponent is above 1.1, a
MatMul of a distinct shape takes more than 150 KB, or a model does not compile.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MOST_EXPONENT = 1.1
MOST_KILOBYTES = 150
SIZES = [1000, 4000, 16000, 64000]
DISTINCT_SIZES = [500, 1000, 2000]


# ---- Models of about n nodes


def model(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def tensor(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def weights(name, *shape):
    values = np.random.default_rng(len(name)).standard_normal(shape).astype(np.float32) * 0.1
    return numpy_helper.from_array(values, name)


def node(kind, inputs, output, **attributes):
    return helper.make_node(kind, inputs, [output], name="node_" + output, **attributes)


def chain(n):
    kinds = ["Relu", "Sigmoid", "Tanh", "Neg", "Abs"]
    nodes = [node(kinds[i % 5], [f"v{i}"], f"v{i + 1}") for i in range(n)]
    return model(nodes, [tensor("v0", [1, 64])], [tensor(f"v{n}", [1, 64])])


def matmuls(n):
    nodes = [node("MatMul", [f"v{i}", f"w{i % 8}"], f"v{i + 1}") for i in range(n)]
    return model(nodes, [tensor("v0", [4, 32])], [tensor(f"v{n}", [4, 32])], [weights(f"w{i}", 32, 32) for i in range(8)])


def residual(n, rows=4):
    nodes, last = [], "v0"
    for i in range(n // 3):
        nodes += [node("MatMul", [last, f"w{i % 4}"], f"m{i}"), node("Relu", [f"m{i}"], f"r{i}")]
        nodes += [node("Add", [f"r{i}", last], f"v{i + 1}")]
        last = f"v{i + 1}"
    return model(nodes, [tensor("v0", [rows, 16])], [tensor(last, [rows, 16])], [weights(f"w{i}", 16, 16) for i in range(4)])


def open_batch(n):
    return residual(n, "N")


def convolutions(n):
    nodes, last = [], "v0"
    for i in range(n // 4):
        nodes += [node("Conv", [last, f"w{i % 4}", "b"], f"c{i}", pads=[1, 1, 1, 1]), node("Relu", [f"c{i}"], f"r{i}")]
        nodes += [node("Conv", [f"r{i}", f"p{i % 4}"], f"q{i}"), node("Add", [f"q{i}", last], f"v{i + 1}")]
        last = f"v{i + 1}"
    parameters = [weights(f"w{i}", 8, 8, 3, 3) for i in range(4)] + [weights(f"p{i}", 8, 8, 1, 1) for i in range(4)]
    return model(nodes, [tensor("v0", [1, 8, 8, 8])], [tensor(last, [1, 8, 8, 8])], parameters + [weights("b", 8)])


def long_lives(n):
    half = n // 2
    nodes = [node("MatMul", [f"v{i}", f"w{i % 4}"], f"v{i + 1}") for i in range(half)]
    last = f"v{half}"
    for i in range(half):
        nodes.append(node("Add", [last, f"v{half - 1 - i}"], f"s{i}"))
        last = f"s{i}"
    return model(nodes, [tensor("v0", [4, 16])], [tensor(last, [4, 16])], [weights(f"w{i}", 16, 16) for i in range(4)])


def interface(n):
    nodes = [node("Add", [f"x{i}", f"x{(i + 1) % n}"], f"y{i}") for i in range(n)]
    return model(nodes, [tensor(f"x{i}", [1, 16]) for i in range(n)], [tensor(f"y{i}", [1, 16]) for i in range(n)])


def distinct_matmuls(n):
    pairs = [(rows, total - rows) for total in range(4, 1000) for rows in range(2, total - 1)][:n]
    inputs = [tensor(f"x{rows}", [4, rows]) for rows in sorted({rows for rows, _ in pairs})]
    nodes = [node("MatMul", [f"x{rows}", f"w{i}"], f"y{i}") for i, (rows, _) in enumerate(pairs)]
    outputs = [tensor(f"y{i}", [4, columns]) for i, (_, columns) in enumerate(pairs)]
    return model(nodes, inputs, outputs, [weights(f"w{i}", *pair) for i, pair in enumerate(pairs)])


KINDS = {
    "chain": chain,
    "matmuls": matmuls,
    "residual": residual,
    "open_batch": open_batch,
    "convolutions": convolutions,
    "long_lives": long_lives,
    "interface": interface,
}


# ---- Measuring


def compile_once(burin, path, folder):
    """Processor seconds and peak kilobytes of one compilation; None when it fails."""
    process = subprocess.Popen([burin, "compile", path, "-o", folder], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    return None if status else (usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def measure(burin, proto, repeat):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "scaling.onnx")
        onnx.save(proto, path)
        runs = [compile_once(burin, path, os.path.join(folder, "out")) for _ in range(repeat)]
    return None if None in runs else (min(run[0] for run in runs), min(run[1] for run in runs))


def slope(xs, ys):
    return float(np.polyfit(xs, ys, 1)[0])


def row_of(kind, burin, sizes, repeat):
    """A line of the table, and whether it is as it should be."""
    found = [measure(burin, KINDS[kind](n), repeat) for n in sizes]
    if None in found:
        return f"| {kind} | does not compile |", False
    exponent = slope([math.log(n) for n in sizes], [math.log(seconds) for seconds, _ in found])
    cells = " | ".join(f"{seconds:.2f} s, {kilobytes // 1024} MB" for seconds, kilobytes in found)
    return f"| {kind} | {cells} | {exponent:.2f} |", exponent <= MOST_EXPONENT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--burin", default=os.path.join(ROOT, "build", "burin"))
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    sizes = [n for n in SIZES if n <= options.most]
    print("| model | " + " | ".join(f"{n} nodes" for n in sizes) + " | exponent |")
    print("|---" * (len(sizes) + 2) + "|")
    fine = True
    for kind in options.kinds.split(",") if options.kinds else []:
        line, is_fine = row_of(kind, options.burin, sizes, options.repeat)
        print(line, flush=True)
        fine &= is_fine
    found = [measure(options.burin, distinct_matmuls(n), options.repeat) for n in DISTINCT_SIZES]
    if None in found:
        sys.exit("MatMuls of distinct shapes do not compile")
    each = slope(DISTINCT_SIZES, [kilobytes for _, kilobytes in found])
    peaks = ", ".join(f"{n}: {kilobytes // 1024} MB" for n, (_, kilobytes) in zip(DISTINCT_SIZES, found))
    print(f"\n{each:.0f} KB for each MatMul of a distinct shape ({peaks})")
    sys.exit(0 if fine and each <= MOST_KILOBYTES else 1)


if __name__ == "__main__":
    main()
