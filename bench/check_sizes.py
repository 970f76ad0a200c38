#!/usr/bin/env python3
"""Compiles each model once, runs that one library at several sizes, and compares with ONNX Runtime on random inputs.

usage: tools/install tests && .venv/bin/python bench/check_sizes.py [options] MODEL.onnx...
       .venv/bin/python bench/check_sizes.py --set stored     models of ../shared/models, with symbolic sizes where they have some
       .venv/bin/python bench/check_sizes.py --set full       the full-size ones that ../shared/models/materialize.py writes

Sizes are taken up and down in turn, by one context. Masks are ones for a part of each row, a different one from row to
row. The tolerance is that of compare.py; double precision decides in the same way. Exit code 1: an output is wrong or something
failed; 77: onnxruntime is not installed, nothing was compared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

try:
    import onnxruntime
except ImportError:
    print("onnxruntime is not installed: nothing was compared")
    sys.exit(77)

from compare import MODELS, ROOT, errors_from_double, is_wrong, materialize, parse_dim, worst_error
from model_inputs import materialized, model_inputs, random_inputs
from model_library import ModelLibrary

# batch and sequence: from the smallest to what fills a server, and back to a small one
BERT = [
    {"batch": b, "sequence": s} for b, s in ((1, 1), (1, 7), (1, 128), (2, 16), (3, 64), (8, 128), (5, 33), (1, 2))
]
FULL = {"squeezenet": [{}], "resnet50": [{}], "mobilenet_v2": [{}], "inception_v1": [{}], "bvlc_alexnet": [{}],
        "zfnet512": [{}], "vgg19": [{}], "minilm": BERT, "bert_base": BERT}  # fmt: skip
LIGHT = ("bvlc_alexnet", "inception_v1", "resnet50", "squeezenet", "vgg19", "zfnet512")
STORED = {f"vision_classification/light_{name}": [{}] for name in LIGHT} | {
    "vision_detection/ppocr_v1_text_det": [{"image": shape} for shape in ([1, 3, 64, 96], [2, 3, 160, 64], [1, 3, 32, 32])],
    "audio/dnsmos_v8": [{"N": n} for n in (2, 1, 3)],
    "tabular/iris_mlp_pytorch": [{"batch_size": n} for n in (1, 64, 5)],
    "text/tf_bert_mrpc_opset10": [{"N": n} for n in (1, 4, 3)],
    "text/gpt2_no_past": [{"batch_size": b, "seq_len": s} for b, s in ((1, 8), (3, 1), (2, 5), (1, 3))],
    "text/magika_v1": [{"bytes": [n, 1536]} for n in (1, 5, 2)],
    "text/magika_v2_1": [{"bytes": [n, 4096]} for n in (1, 3)],
}  # fmt: skip


def pad_masks(values):
    for name, value in values.items():
        if "mask" in name.lower() and value.ndim == 2:
            for row in range(len(value)):
                value[row, value.shape[1] - (row + value.shape[1] // 3) % value.shape[1] :] = 0


def references_of(session, values):
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, values)))


def check_model(path, sizes, args):
    """A line per size; how many were wrong."""
    name = os.path.basename(path).removesuffix(".onnx")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs, bounds = model_inputs(path)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="burin_sizes_") as folder:
        start = time.perf_counter()
        command = [args.compiler, "compile", path, "-o", folder, "--name", "model", *args.flags]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        print(f"{name}: compiled once, in {time.perf_counter() - start:.2f} s", flush=True)
        library = ModelLibrary(os.path.join(folder, "libmodel.so"))
        for seed, dims in enumerate(sizes):
            shapes = {key: size for key, size in dims.items() if isinstance(size, list)}
            symbols = {key: size for key, size in dims.items() if not isinstance(size, list)}
            values = random_inputs(inputs, materialized(inputs, symbols, shapes), bounds, seed)
            pad_masks(values)
            library.prepare(values)
            library.execute()
            found = {"burin": library.values(), "onnxruntime": references_of(session, values)}
            result = {"error": {"burin": worst_error(found["burin"], found["onnxruntime"])}, "double": {}}
            if result["error"]["burin"] > 1:
                result["double"] = errors_from_double(path, values, found)
            shown = ", ".join("x".join(map(str, value.shape)) for value in list(values.values())[:1])
            double = "".join(f", {engine} {error:.2g} from double" for engine, error in result["double"].items())
            wrong += is_wrong(result)
            print(f"  {'WRONG' if is_wrong(result) else 'ok'} {shown}: {result['error']['burin']:.2g} of the tolerance, "
                  f"arena {library.arena.nbytes >> 10} KiB{double}", flush=True)  # fmt: skip
    return wrong


def chosen_models(args):
    """[(path, sizes)]"""
    models = [(path, [dict(args.dim)]) for path in args.models]
    if args.set == "stored":
        models += [(os.path.join(MODELS, name + ".onnx"), sizes) for name, sizes in STORED.items()]
    if args.set == "full":
        models += [(os.path.join(args.materialized, name + ".onnx"), sizes) for name, sizes in FULL.items()]
    return models


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL.onnx")
    parser.add_argument("--set", choices=["stored", "full"])
    parser.add_argument("--dim", action="append", default=[], type=parse_dim, metavar="NAME=SIZE")
    parser.add_argument("--compiler", default=os.path.join(ROOT, "build", "burin"), metavar="FILE")
    parser.add_argument("--flag", dest="flags", action="append", default=[], metavar="FLAG")
    parser.add_argument("--materialized", default=os.path.join(ROOT, "build", "models"), metavar="DIR")
    args = parser.parse_args()
    if args.set and not os.path.isdir(MODELS):
        print(f"no {os.path.normpath(MODELS)}: nothing was compared")
        sys.exit(77)
    failures = 0
    for path, sizes in chosen_models(args):
        try:
            if args.set == "full" and path not in args.models:
                materialize([os.path.basename(path).removesuffix(".onnx")], args.materialized)
            failures += check_model(path, sizes, args)
        except Exception as problem:  # a model that fails is a line of the report, the others go on
            failures += 1
            print(f"{path}: {type(problem).__name__}: {problem}", flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
