"""ONNX Runtime as the yardstick: models on numpy arrays, bfloat16 included."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper

import element as el

LARGEST_OPSET = 26  # of onnxruntime 1.31
LARGEST_IR = 13


class RuntimeRefuses(Exception):
    """ONNX Runtime refuses a model, or fails to run it."""


def options(optimized: bool) -> ort.SessionOptions:
    made = ort.SessionOptions()
    level = ort.GraphOptimizationLevel
    made.graph_optimization_level = level.ORT_ENABLE_ALL if optimized else level.ORT_DISABLE_ALL
    made.intra_op_num_threads = 1
    made.inter_op_num_threads = 1
    made.log_severity_level = 4
    made.enable_mem_pattern = False
    return made


def _without_bfloat16_ends(model: onnx.ModelProto, outputs: list[str]) -> onnx.ModelProto:
    """Inputs and outputs of bfloat16 become float32 with a Cast each, since numpy has no such type."""
    graph = model.graph
    casts_in, casts_out = [], []
    renamed = {}
    for value in graph.input:
        if value.type.tensor_type.elem_type != el.BF16:
            continue
        value.type.tensor_type.elem_type = el.F32
        renamed[value.name] = value.name + "__as_float"
        casts_in.append(helper.make_node("Cast", [renamed[value.name]], [value.name], to=el.BF16))
        value.name = renamed[value.name]
    for value in graph.output:
        if value.name in outputs:
            casts_out.append(helper.make_node("Cast", [value.name], [value.name + "__as_float"], to=el.F32))
            value.CopyFrom(helper.make_tensor_value_info(value.name + "__as_float", el.F32, None))
    nodes = [*casts_in, *graph.node, *casts_out]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


class Session:
    """A model that ONNX Runtime loaded."""

    def __init__(self, model: onnx.ModelProto, optimized: bool = False, folder: str = "") -> None:
        wide_inputs = {v.name for v in model.graph.input if v.type.tensor_type.elem_type == el.BF16}
        self._renamed = {name: name + "__as_float" for name in wide_inputs}
        settings = options(optimized)
        if folder:
            settings.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
        try:
            if wide_inputs:
                model = _without_bfloat16_ends(_copy(model), [])
            session = ort.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
            self._wide = [o.name for o in session.get_outputs() if o.type == "tensor(bfloat16)"]
            self.names = [o.name for o in session.get_outputs()]
            if any(not o.type.startswith("tensor(") or o.type == "tensor(string)" for o in session.get_outputs()):
                raise RuntimeRefuses("an output is no tensor of numbers")
            if self._wide:
                model = _without_bfloat16_ends(_copy(model), self._wide)
                session = ort.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
        except RuntimeRefuses:
            raise
        except Exception as problem:  # ONNX Runtime's exceptions share no base
            raise RuntimeRefuses(str(problem)) from problem
        self._session = session

    def run(self, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        given = {}
        for name, value in inputs.items():
            wide = name in self._renamed
            given[self._renamed.get(name, name)] = value.astype(np.float32) if wide else np.asarray(value, order="C")
        try:
            found = self._session.run(None, given)
        except Exception as problem:
            raise RuntimeRefuses(str(problem)) from problem
        return [
            np.asarray(v).astype(el.NUMPY[el.BF16]) if name in self._wide else np.asarray(v)
            for name, v in zip(self.names, found)
        ]


def _copy(model: onnx.ModelProto) -> onnx.ModelProto:
    made = onnx.ModelProto()
    made.CopyFrom(model)
    return made
