"""What a model computes in double precision, by onnx's reference implementation: it says who is right where engines differ.

Models whose own sums cancel are off in float32 whoever computes them, by amounts that depend on the order of the terms.
Then the distance between two engines says nothing about either; the distance of each from double precision does.
"""

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun


def along_channels(values, x):
    return np.asarray(values, x.dtype).reshape((1, -1) + (1,) * (x.ndim - 2))


class BatchNormalization(OpRun):
    """onnx's own takes opsets 9 to 13 to be training: it normalizes by the statistics of the input."""

    op_domain = ""

    def _run(self, x, scale, bias, mean, variance, epsilon=1e-5, **_):
        centred = x - along_channels(mean, x)
        return (centred / np.sqrt(along_channels(variance, x) + epsilon) * along_channels(scale, x) + along_channels(bias, x),)  # fmt: skip


# Three ops that only ONNX 1.0 had, as experimental ones: onnx itself does not know them any more.
class Crop(OpRun):
    op_domain = ""

    def _run(self, x, border=None, scale=None):
        left, top, right, bottom = border
        height, width = scale or (x.shape[2] - top - bottom, x.shape[3] - left - right)
        return (x[:, :, top : top + height, left : left + width],)


class ImageScaler(OpRun):
    op_domain = ""

    def _run(self, x, bias=None, scale=1.0):
        return (x * scale + along_channels(bias, x),)


class Affine(OpRun):
    op_domain = ""

    def _run(self, x, alpha=1.0, beta=0.0):
        return (x * alpha + beta,)


def widened(tensor):
    if tensor.data_type == TensorProto.FLOAT:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))


def double_model(path):
    """The model with every float32 a float64: constants, casts and declared types."""
    model = onnx.load(path)
    graph = model.graph
    for initializer in graph.initializer:
        widened(initializer)
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.DOUBLE
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                raise ValueError(f"{node.op_type}: bodies of control flow are not widened")
            if attribute.HasField("t"):
                widened(attribute.t)
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
    return model


def double_reference(path, values):
    """name -> output, for inputs by name."""
    model = double_model(path)
    evaluator = ReferenceEvaluator(model, new_ops=[BatchNormalization, Crop, ImageScaler, Affine])
    wide = {name: v.astype(np.float64) if v.dtype == np.float32 else v for name, v in values.items()}
    names = [output.name for output in model.graph.output]
    return dict(zip(names, evaluator.run(names, wide)))
