"""The three engines of bench/compare.py behind one shape: a function that runs once, and one that reads the outputs.

Each is set up for its best at one thread and fixed shapes, inputs and outputs bound beforehand where the engine can do
so: what is timed is the inference. OpenVINO keeps float32: by itself it would use bfloat16 on a CPU with AMX.
"""

import os
import subprocess

import numpy as np


def burin_engine(model, values, compiler, flags, folder):
    from model_library import ModelLibrary

    command = [compiler, "compile", model, "-o", folder, "--name", "model", *flags]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.strip()[-2000:]}")
    library = ModelLibrary(os.path.join(folder, "libmodel.so"))
    library.prepare(values)
    facts = {"code_bytes": library.info.code_bytes, "arena_bytes": library.arena.nbytes,
             "target": (library.info.target or b"?").decode()}  # fmt: skip
    return library.execute, library.values, facts


def onnxruntime_engine(model, values):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    for name, value in values.items():
        binding.bind_cpu_input(name, value)
    names = [output.name for output in session.get_outputs()]
    for name in names:
        binding.bind_output(name)
    try:
        session.run_with_iobinding(binding)
        session.run_with_iobinding(binding)  # from here on into the first run's outputs
    except Exception:  # gpt2_no_past declares another shape than it has, and that is checked for bound outputs only
        return (lambda: session.run(names, values)), (lambda: dict(zip(names, session.run(names, values)))), {}
    return (lambda: session.run_with_iobinding(binding)), (lambda: dict(zip(names, binding.copy_outputs_to_cpu()))), {}


def openvino_engine(model, values):
    import openvino

    core = openvino.Core()
    network = core.read_model(model)
    names = {port: next(n for n in values if n in port.get_names()) for port in network.inputs}
    network.reshape({port: openvino.PartialShape(list(values[name].shape)) for port, name in names.items()})
    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "f32", "ENABLE_CPU_PINNING": False}  # fmt: skip
    request = core.compile_model(network, "CPU", settings).create_infer_request()
    for index, port in enumerate(network.inputs):
        request.set_input_tensor(index, openvino.Tensor(values[names[port]], shared_memory=True))

    def outputs():
        found = {}
        for index, port in enumerate(network.outputs):
            for name in port.get_names():
                found[name] = np.array(request.get_output_tensor(index).data)
        return found

    return (lambda: request.infer(share_outputs=True)), outputs, {}
