#!/usr/bin/env python3
"""Times burin, ONNX Runtime and OpenVINO on the same models, side by side, and prints a markdown table.

usage: tools/install bench && .venv/bin/python bench/compare.py [options] MODEL.onnx...
       .venv/bin/python bench/compare.py --set main        squeezenet, resnet50, mobilenet_v2, minilm, bert_base (1x128)
       .venv/bin/python bench/compare.py --set standard    these and the other float models of ../shared/models

Per model, one process, pinned to one core, one thread per engine. Rounds take turns: each engine runs once untimed (the
one before it had the caches), then for at least --slot milliseconds. A ratio is burin's time over the peer's in the same
round, so that a slow moment of the machine counts against both; the table gives its median and the 10th and 90th
percentile. Outputs are compared with ONNX Runtime's: |y - r| <= 1e-5 max|r| + 1e-4 |r|, integers exactly. `error` is the
largest |y - r| as a share of what is allowed. Where burin's is over 1, double precision decides (double_reference.py):
burin is wrong when it is further from that than allowed and further than twice what ONNX Runtime is. Exit code 1: an output
is wrong, an engine failed, or burin is slower than the faster peer by more than the limit (2 for the main models, 10 for
the others).
"""

import argparse
import concurrent.futures.process
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
MODELS = os.path.join(ROOT, "..", "shared", "models")
sys.path.insert(0, HERE)

BERT = {"batch": 1, "sequence": 128}
MAIN = {"squeezenet": {}, "resnet50": {}, "mobilenet_v2": {}, "minilm": BERT, "bert_base": BERT}  # by materialize.py
MATERIALIZED = {name: {} for name in ("vgg19", "inception_v1", "bvlc_alexnet", "zfnet512")}
STORED = {  # path below ../shared/models -> symbols; dimensions without a name are given by input (a list)
    "vision_classification/cnn_mnist_pytorch": {}, "vision_classification/mnist_cntk": {},
    "vision_classification/mnist_mlp_relu": {}, "vision_detection/ppocr_v1_text_det": {"image": [1, 3, 640, 640]},
    "vision_detection/ultraface_rfb320_raw": {}, "vision_detection/ultraface_rfb640_raw": {},
    "vision_detection/ultraface_slim320_raw": {}, "vision_detection/yolox_nano": {},
    "vision_segmentation/deeplab_v3_mnv2": {}, "vision_enhance/agllnet_256x256": {}, "vision_enhance/espcn_subpixel": {},
    "vision_enhance/style_candy_legacy": {}, "audio/dnsmos_bak_ovr": {}, "audio/dnsmos_v8": {}, "audio/basic_pitch": {},
    "tabular/iris_mlp_pytorch": {}, "text/magika_v1": {}, "text/magika_v2_1": {}, "text/tf_bert_mrpc_opset10": {},
    "text/gpt2_no_past": {"seq_len": 8},
}  # fmt: skip


# ---- One model, in a process of its own


def time_slot(run, least_seconds):
    """Seconds per inference: one untimed, then for at least `least_seconds`."""
    run()
    count, start = 0, time.perf_counter()
    while True:
        run()
        count += 1
        spent = time.perf_counter() - start
        if spent >= least_seconds:
            return spent / count


def error_share(value, reference):
    """The largest difference as a share of the tolerance; more than 1 is wrong."""
    if value.shape != reference.shape or value.dtype != reference.dtype:
        return float("inf")
    if not np.issubdtype(reference.dtype, np.floating):
        return 0.0 if np.array_equal(value, reference) else float("inf")
    if reference.size == 0:
        return 0.0
    value, reference = value.astype(np.float64), reference.astype(np.float64)
    same = (value == reference) | (np.isnan(value) & np.isnan(reference))  # infinities too
    finite = np.abs(reference[np.isfinite(reference)])
    allowed = 1e-5 * finite.max(initial=0) + 1e-4 * np.abs(reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(same, 0.0, np.abs(value - reference) / allowed)
    return float(np.where(np.isnan(share), np.inf, share).max())


def worst_error(outputs, references):
    return max(
        (error_share(np.asarray(outputs[n]), r) if n in outputs else float("inf")) for n, r in references.items()
    )


def is_wrong(result):
    """Whether burin's outputs are, as the text on top of this file says."""
    if result["error"].get("burin", 0) <= 1:
        return False
    double = result["double"]
    return not double or double["burin"] > max(1, 2 * double["onnxruntime"])


def errors_from_double(path, values, found):
    """The error of each engine; none where onnx's reference implementation cannot say."""
    from double_reference import double_reference

    try:
        truth = double_reference(path, values)
    except Exception as problem:
        print(f"no reference in double precision: {problem}", file=sys.stderr)
        return {}
    truth = {name: value.astype(found["onnxruntime"][name].dtype) for name, value in truth.items()}
    return {name: worst_error(outputs, truth) for name, outputs in found.items()}


def measure(job):
    """Everything about one model: seconds per round and engine, errors, facts, and what failed."""
    os.sched_setaffinity(0, {job["core"]})
    import engines
    from model_inputs import materialized, model_inputs, random_inputs

    inputs, bounds = model_inputs(job["path"])
    shapes = {name: dims for name, dims in job["dims"].items() if isinstance(dims, list)}
    symbols = {name: size for name, size in job["dims"].items() if not isinstance(size, list)}
    shapes = materialized(inputs, symbols, shapes)
    values = random_inputs(inputs, shapes, bounds)
    flags = list(job["flags"])
    if job["pinned"]:
        for name, shape in shapes.items():
            flags += ["--input_dim", name, ",".join(map(str, shape))]

    result = {"shapes": shapes, "seconds": {}, "error": {}, "double": {}, "failed": {}, "facts": {}}
    with tempfile.TemporaryDirectory(prefix="burin_compare_") as folder:
        makers = {
            "onnxruntime": lambda: engines.onnxruntime_engine(job["path"], values),
            "openvino": lambda: engines.openvino_engine(job["path"], values),
            "burin": lambda: engines.burin_engine(job["path"], values, job["compiler"], flags, folder),
        }
        runs, found = {}, {}
        for name in [n for n in makers if n in job["engines"]]:  # the reference first
            try:
                run, outputs, facts = makers[name]()
                run()
                found[name] = outputs()
                if "onnxruntime" in found:
                    result["error"][name] = worst_error(found[name], found["onnxruntime"])
                runs[name], result["facts"][name] = run, facts
            except Exception as problem:  # one engine that fails is a line of the report, the others go on
                result["failed"][name] = f"{type(problem).__name__}: {str(problem).strip()}"
    if result["error"].get("burin", 0) > 1:
        result["double"] = errors_from_double(job["path"], values, found)
    result["seconds"] = {name: [] for name in runs}
    for index in range(job["rounds"]):
        order = list(runs)
        for name in order[index % len(order) :] + order[: index % len(order)]:
            result["seconds"][name].append(time_slot(runs[name], job["slot"] / 1000))
    return result


# ---- The report


def ratios(result, peer):
    """Median, 10th and 90th percentile of burin's time over the peer's, round by round; None without both."""
    seconds = result["seconds"]
    if "burin" not in seconds or peer not in seconds:
        return None
    return np.percentile(np.divide(seconds["burin"], seconds[peer]), [50, 10, 90])


def faster_peer(result):
    medians = {n: np.median(s) for n, s in result["seconds"].items() if n != "burin"}
    return min(medians, key=medians.get) if medians else None


def verdict(result, limit, engines):
    """What is wrong, or "" when all is well."""
    faults = [f"{name} failed" for name in result["failed"]]
    if is_wrong(result):
        faults.append("wrong output")
    peer = faster_peer(result)
    ratio = ratios(result, peer) if peer else None
    if ratio is not None and ratio[0] > limit:
        faults.append(f"over {limit:g}x")
    if "burin" in engines and "onnxruntime" not in result["seconds"]:
        faults.append("nothing to compare with")
    return ", ".join(faults)


def row(name, result, limit, engines):
    def ms(engine):
        seconds = result["seconds"].get(engine)
        return f"{np.median(seconds) * 1000:.3g}" if seconds else "–"

    def spread(peer):
        ratio = ratios(result, peer) if peer else None
        return f"{ratio[0]:.2f} ({ratio[1]:.2f}–{ratio[2]:.2f})" if ratio is not None else "–"

    facts = result["facts"].get("burin", {})
    kib = lambda key: f"{facts[key] / 1024:.0f}" if key in facts else "–"
    error = result["error"].get("burin")
    shapes = ", ".join("x".join(map(str, shape)) or "scalar" for shape in list(result["shapes"].values())[:1])
    cells = [name, shapes, ms("burin"), ms("onnxruntime"), ms("openvino"), spread("onnxruntime"), spread("openvino"),
             spread(faster_peer(result)), f"{limit:g}", f"{error:.2g}" if error is not None else "–", kib("code_bytes"),
             kib("arena_bytes"), verdict(result, limit, engines) or "ok"]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


HEADER = ("| model | input | burin ms | ORT ms | OpenVINO ms | burin/ORT (p10–p90) | burin/OpenVINO | burin/faster | limit "
          "| error | code KiB | arena KiB | verdict |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|")  # fmt: skip


def machine():
    with open("/proc/cpuinfo") as file:
        model = next(
            (line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine()
        )
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def version_of(compiler):
    try:
        return subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout.strip().splitlines()[0]
    except (OSError, IndexError):
        return f"{compiler} (no --version)"


def conditions(args):
    from importlib.metadata import version

    lines = [f"Machine: {machine()}; core {args.core}."]
    if "burin" in args.engines:
        lines.append(f"Compiler: {version_of(args.compiler)} {' '.join(args.flags)}".rstrip() + ".")
    peers = ", ".join(f"{name} {version(name)}" for name in ("onnxruntime", "openvino") if name in args.engines)
    lines.append(
        f"Peers: {peers or 'none'}. One thread each; {args.rounds} rounds of at least {args.slot:g} ms an engine."
    )
    load = os.getloadavg()[0]
    if load > 0.5:
        lines.append(f"**The machine was busy (load {load:.1f}): ratios hold better than milliseconds.**")
    return "\n".join(lines)


# ---- What to measure


def materialize(names, folder):
    """Writes those models that `folder` lacks; they are large, so it is kept between runs."""
    missing = [name for name in names if not os.path.exists(os.path.join(folder, name + ".onnx"))]
    if missing:
        print(f"writing {', '.join(missing)} to {folder}", file=sys.stderr)
        script = os.path.join(MODELS, "materialize.py")
        subprocess.run([sys.executable, script, folder, *missing], check=True, stdout=subprocess.DEVNULL)


def chosen_models(args):
    """[(path, dims, limit)]"""
    models = [(path, args.dims, args.limit or 10.0) for path in args.models]
    if not args.set:
        return models
    if not os.path.isdir(MODELS):
        sys.exit(f"--set needs {os.path.normpath(MODELS)}")
    large = MAIN if args.set == "main" else MAIN | MATERIALIZED
    materialize(large, args.materialized)
    for name, dims in large.items():
        models.append(
            (os.path.join(args.materialized, name + ".onnx"), dims, args.limit or (2.0 if name in MAIN else 10.0))
        )
    if args.set == "standard":
        models += [(os.path.join(MODELS, name + ".onnx"), dims, args.limit or 10.0) for name, dims in STORED.items()]
    return models


def parse_dim(text):
    """NAME=4 (a symbol) or NAME=1,3,224,224 (an input's whole shape)."""
    name, found, value = text.rpartition("=")
    try:
        sizes = [int(size) for size in value.split(",")]
    except ValueError:
        sizes = []
    if not found or not name or not sizes or min(sizes) < 0:
        raise argparse.ArgumentTypeError(f'expected NAME=SIZE or INPUT=SIZE,SIZE,.., found "{text}"')
    return name, (sizes[0] if len(sizes) == 1 else sizes)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL.onnx")
    parser.add_argument("--set", choices=["main", "standard"])
    parser.add_argument("--dim", action="append", default=[], type=parse_dim, metavar="NAME=SIZE",
                        help="size of a symbolic dimension (else 1), or INPUT=d,d,.. for an input's whole shape")  # fmt: skip
    parser.add_argument("--compiler", default=os.path.join(ROOT, "build", "burin"), metavar="FILE")
    parser.add_argument("--flag", dest="flags", action="append", default=[], metavar="FLAG",
                        help="one more argument for `burin compile`, as --flag=--toolchain --flag=gcc")  # fmt: skip
    parser.add_argument("--pinned", action="store_true", help="compile for exactly the measured shapes (--input_dim)")
    parser.add_argument("--engines", default="burin,onnxruntime,openvino", type=lambda text: text.split(","))
    parser.add_argument("--rounds", default=15, type=int)
    parser.add_argument("--slot", default=30.0, type=float, metavar="MS")
    parser.add_argument("--core", default=max(os.sched_getaffinity(0)), type=int)
    parser.add_argument("--limit", type=float, help="allowed ratio to the faster peer (default 2 or 10, see above)")
    parser.add_argument("--materialized", default=os.path.join(ROOT, "build", "models"), metavar="DIR")
    args = parser.parse_args()
    args.dims = dict(args.dim)
    if not args.models and not args.set:
        parser.error("give models or --set")
    if unknown := set(args.engines) - {"burin", "onnxruntime", "openvino"}:
        parser.error(f"no such engine: {', '.join(unknown)}")
    if "burin" in args.engines and not os.path.exists(args.compiler):
        parser.error(f"{args.compiler} is missing: build it (tools/quickstart), or name it with --compiler")
    return args


def main():
    args = parse_arguments()
    models = chosen_models(args)
    print(conditions(args) + "\n\n" + HEADER, flush=True)
    common = {key: getattr(args, key) for key in ("compiler", "flags", "pinned", "engines", "rounds", "slot", "core")}
    failures, notes, targets = 0, [], set()
    for path, dims, limit in models:
        name = os.path.basename(path).removesuffix(".onnx")
        # A process per model: an engine that crashes costs its model only, and none inherits another's memory.
        with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            try:
                result = pool.submit(measure, common | {"path": path, "dims": dims}).result()
            except Exception as problem:
                failures += 1
                died = isinstance(problem, concurrent.futures.process.BrokenProcessPool)
                print(f"| {name} |" + " – |" * 11 + f" {'crashed' if died else 'not measured'} |", flush=True)
                notes.append(f"- {name}: {'an engine ended the process' if died else problem}")
                continue
        targets |= {facts["target"] for facts in result["facts"].values() if "target" in facts}
        failures += bool(verdict(result, limit, args.engines))
        notes += [f"- {name}, {engine}: {text}" for engine, text in result["failed"].items()]
        if result["error"].get("burin", 0) > 1:
            double = ", ".join(f"{engine} {error:.2g}" for engine, error in result["double"].items())
            notes.append(f"- {name}: errors from double precision: {double or 'not known'}")
        print(row(name, result, limit, args.engines), flush=True)
    if targets:
        print(f"\nburin ran its code for {', '.join(sorted(targets))}.")
    if notes:
        print("\n" + "\n".join(notes))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
