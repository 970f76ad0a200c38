#!/usr/bin/env python3
"""Prints how far ONNX Runtime, with and without optimization, and the stored outputs of ../shared/models differ.

usage: .venv/bin/python tests/models/record_noise.py        (kNoise in shared_models.cpp has those that a model needs)
"""

import os
import sys

import numpy as np
import onnxruntime as ort

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "models")


def run(path, inputs, level):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = ort.InferenceSession(path, options)
    return session.run(None, {i.name: inputs[i.name] for i in session.get_inputs()})


def main():
    levels = (ort.GraphOptimizationLevel.ORT_DISABLE_ALL, ort.GraphOptimizationLevel.ORT_ENABLE_ALL)
    for folder, _, files in sorted(os.walk(MODELS)):
        for file in sorted(f for f in files if f.endswith(".onnx")):
            stem = os.path.splitext(file)[0]
            data = os.path.join(MODELS, "expected", stem, "ref")
            if not os.path.exists(os.path.join(data, "inputs.npz")):
                continue
            try:
                inputs = np.load(os.path.join(data, "inputs.npz"))
                stored = np.load(os.path.join(data, "outputs.npz"))
                results = [run(os.path.join(folder, file), inputs, level) for level in levels]
                results.append([stored[name] for name in stored.files])
            except Exception as error:  # a model that the runtime refuses has no noise to record
                print(f"{stem}: {str(error)[:80]}", file=sys.stderr)
                continue
            worst, exceeds = 0.0, False
            for a, b, c in zip(*results):
                if a.dtype.kind != "f":
                    continue
                for x, y in ((a, b), (a, c), (b, c)):
                    difference = np.abs(x.astype(np.float64) - y)
                    worst = max(worst, difference.max(initial=0))
                    exceeds |= difference.max(initial=0) > 1e-5 * np.abs(c).max(initial=0)
            if exceeds:
                print(f'    {{"{os.path.basename(folder)}/{stem}", {worst:.2e}}},')


if __name__ == "__main__":
    main()
