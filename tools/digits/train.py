#!/usr/bin/env python3
"""Train the example model on scikit-learn's digits and write everything that tools/digits/ holds besides the scripts.

usage: tools/install training && .venv/bin/python tools/digits/train.py [OUT_DIR]

Writes digits.onnx, pictures/ (the first held-out picture of each digit) and test_data_set_0/ (those ten pictures as one
batch, with ONNX Runtime's answer). Plain numpy, a fixed seed, and one order of summation: one thread, and the AVX2
kernels of OpenBLAS and numpy also where AVX-512 is there. Two runs write the same bytes.
"""

import os
import sys

os.environ.update(OPENBLAS_NUM_THREADS="1", OPENBLAS_CORETYPE="Haswell")
os.environ.update(NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR")  # read when numpy is imported

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED, EPOCHS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 0, 40, 64, 2e-3, 1e-2
EPSILON, MOMENTUM = (
    1e-5,
    0.9,
)  # batch normalization: added to the variance; share of the running statistics that is kept


# ---- Layers: forward returns what backward needs. Images are NCHW float32.


def patches(x):
    """[N,C,H,W] -> [N*H*W, C*9]: the 3x3 neighbourhood of every pixel, zeros outside the picture (im2col)."""
    n, c, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))  # [N,C,H,W,3,3]
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)


def conv(x, weight, bias):
    n, _, h, w = x.shape
    columns = patches(x)
    y = columns @ weight.reshape(len(weight), -1).T + bias
    return y.reshape(n, h, w, -1).transpose(0, 3, 1, 2), columns


def conv_backward(dy, columns, weight, shape):
    """Returns the gradients of input, weight and bias; `shape` is the input's."""
    n, c, h, w = shape
    flat = dy.transpose(0, 2, 3, 1).reshape(-1, len(weight))
    d_columns = (flat @ weight.reshape(len(weight), -1)).reshape(n, h, w, c, 3, 3)
    d_padded = np.zeros((n, c, h + 2, w + 2), np.float32)
    for i in range(3):
        for j in range(3):
            d_padded[:, :, i : i + h, j : j + w] += d_columns[..., i, j].transpose(0, 3, 1, 2)
    return d_padded[:, :, 1:-1, 1:-1], (flat.T @ columns).reshape(weight.shape), flat.sum(0)


def per_channel(vector):
    return vector[:, None, None]


def batch_norm(x, gamma, beta):
    mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
    inverse = 1 / np.sqrt(var + np.float32(EPSILON))
    normal = (x - per_channel(mean)) * per_channel(inverse)
    return per_channel(gamma) * normal + per_channel(beta), (normal, inverse, mean, var)


def batch_norm_backward(dy, gamma, normal, inverse):
    d_gamma, d_beta = (dy * normal).sum((0, 2, 3)), dy.sum((0, 2, 3))
    count = dy.size // len(gamma)
    dx = dy - per_channel(d_beta / count) - normal * per_channel(d_gamma / count)
    return per_channel(gamma * inverse) * dx, d_gamma, d_beta


def max_pool(x):
    n, c, h, w = x.shape
    blocks = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)
    return blocks.max(-1), blocks.argmax(-1)


def max_pool_backward(dy, where):
    n, c, h, w = dy.shape
    blocks = np.where(np.arange(4) == where[..., None], dy[..., None], np.float32(0))
    return blocks.reshape(n, c, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h * 2, w * 2)


# ---- The network: conv 16, batch norm, relu, conv 32, relu, max pool, dense 64, relu, dense 10, softmax.


def initial_parameters(rng):
    def he_normal(*shape):
        return (rng.standard_normal(shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)

    zeros = lambda n: np.zeros(n, np.float32)
    return {
        "conv1.weight": he_normal(16, 1, 3, 3), "conv1.bias": zeros(16),
        "bn1.gamma": np.ones(16, np.float32), "bn1.beta": zeros(16),
        "conv2.weight": he_normal(32, 16, 3, 3), "conv2.bias": zeros(32),
        "fc1.weight": he_normal(64, 512), "fc1.bias": zeros(64),
        "fc2.weight": he_normal(10, 64), "fc2.bias": zeros(10),
    }  # fmt: skip


def gradients(p, image, label):
    """Mean cross-entropy's gradient for one batch, and the batch's mean and variance in front of bn1."""
    c1, columns1 = conv(image, p["conv1.weight"], p["conv1.bias"])
    n1, (normal, inverse, mean, var) = batch_norm(c1, p["bn1.gamma"], p["bn1.beta"])
    r1 = np.maximum(n1, 0)
    c2, columns2 = conv(r1, p["conv2.weight"], p["conv2.bias"])
    pooled, where = max_pool(np.maximum(c2, 0))
    flat = pooled.reshape(len(image), -1)
    r3 = np.maximum(flat @ p["fc1.weight"].T + p["fc1.bias"], 0)
    logits = r3 @ p["fc2.weight"].T + p["fc2.bias"]
    exp = np.exp(logits - logits.max(1, keepdims=True))

    g = {}
    d_logits = exp / exp.sum(1, keepdims=True)
    d_logits[np.arange(len(label)), label] -= 1
    d_logits /= len(label)
    g["fc2.weight"], g["fc2.bias"] = d_logits.T @ r3, d_logits.sum(0)
    d3 = d_logits @ p["fc2.weight"] * (r3 > 0)
    g["fc1.weight"], g["fc1.bias"] = d3.T @ flat, d3.sum(0)
    d_c2 = max_pool_backward((d3 @ p["fc1.weight"]).reshape(pooled.shape), where) * (c2 > 0)
    d_r1, g["conv2.weight"], g["conv2.bias"] = conv_backward(d_c2, columns2, p["conv2.weight"], r1.shape)
    d_c1, g["bn1.gamma"], g["bn1.beta"] = batch_norm_backward(d_r1 * (n1 > 0), p["bn1.gamma"], normal, inverse)
    _, g["conv1.weight"], g["conv1.bias"] = conv_backward(d_c1, columns1, p["conv1.weight"], image.shape)
    return g, mean, var


def train(image, label):
    """AdamW (Loshchilov and Hutter 2019) with a cosine schedule; pictures are moved by up to one pixel each way."""
    rng = np.random.default_rng(SEED)
    p = initial_parameters(rng)
    running = {"bn1.mean": np.zeros(16, np.float32), "bn1.var": np.ones(16, np.float32)}
    first = {name: np.zeros_like(value) for name, value in p.items()}
    second = {name: np.zeros_like(value) for name, value in p.items()}
    steps, step = EPOCHS * (len(image) // BATCH), 0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(image))
        for start in range(0, len(image) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            down, right = rng.integers(0, 3, 2)
            moved = np.pad(image[chosen], ((0, 0), (0, 0), (1, 1), (1, 1)))[:, :, down : down + 8, right : right + 8]
            g, mean, var = gradients(p, moved, label[chosen])
            running["bn1.mean"] += np.float32(1 - MOMENTUM) * (mean - running["bn1.mean"])
            running["bn1.var"] += np.float32(1 - MOMENTUM) * (var - running["bn1.var"])
            step += 1
            rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for name, value in p.items():
                first[name] += np.float32(0.1) * (g[name] - first[name])
                second[name] += np.float32(0.001) * (g[name] ** 2 - second[name])
                update = first[name] / (1 - 0.9**step) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
                decay = WEIGHT_DECAY * value if name.endswith("weight") else 0
                value -= (rate * (update + decay)).astype(np.float32)
        if (epoch + 1) % 10 == 0:
            print(f"epoch {epoch + 1} of {EPOCHS}", flush=True)
    return p | running


# ---- Writing


def onnx_model(p, accuracy):
    node = helper.make_node
    nodes = [
        node("Conv", ["image", "conv1.weight", "conv1.bias"], ["conv1"], "conv1", kernel_shape=[3, 3], pads=[1] * 4),
        node(
            "BatchNormalization",
            ["conv1", "bn1.gamma", "bn1.beta", "bn1.mean", "bn1.var"],
            ["bn1"],
            "bn1",
            epsilon=EPSILON,
        ),
        node("Relu", ["bn1"], ["relu1"], "relu1"),
        node("Conv", ["relu1", "conv2.weight", "conv2.bias"], ["conv2"], "conv2", kernel_shape=[3, 3], pads=[1] * 4),
        node("Relu", ["conv2"], ["relu2"], "relu2"),
        node("MaxPool", ["relu2"], ["pool"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["pool"], ["flat"], "flat", axis=1),
        node("Gemm", ["flat", "fc1.weight", "fc1.bias"], ["fc1"], "fc1", transB=1),
        node("Relu", ["fc1"], ["relu3"], "relu3"),
        node("Gemm", ["relu3", "fc2.weight", "fc2.bias"], ["fc2"], "fc2", transB=1),
        node("Softmax", ["fc2"], ["probabilities"], "softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in sorted(p.items())],
        doc_string=f"Handwritten digits, 8x8, ink from 0 to 1; {accuracy} of the held-out pictures recognised.",
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="burin tools/digits/train.py"
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    print(f"{path}: {len(data)} bytes")


def main():
    import onnxruntime

    out = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    digits = load_digits()
    image = (digits.images / 16).astype(np.float32)[:, None]
    split = train_test_split(image, digits.target, test_size=0.25, random_state=SEED, stratify=digits.target)
    train_image, test_image, train_label, test_label = split
    parameters = train(train_image, train_label)

    # What is reported is what the exported file does, not what the training code believes it does.
    def run(model, x):
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        return session.run(None, {"image": x})[0]

    right = int((run(onnx_model(parameters, "?"), test_image).argmax(1) == test_label).sum())
    accuracy = f"{right} of {len(test_label)}"
    print(f"test accuracy: {accuracy} = {right / len(test_label):.4f}")
    if right < 0.98 * len(test_label):
        sys.exit("less than 0.98: nothing is written")

    model = onnx_model(parameters, accuracy)
    write(os.path.join(out, "digits.onnx"), model.SerializeToString(deterministic=True))
    batch = np.stack([test_image[np.flatnonzero(test_label == digit)[0]] for digit in range(10)])
    for digit, picture in enumerate(batch):
        write(os.path.join(out, "pictures", f"{digit}.raw"), picture.tobytes())
    write(os.path.join(out, "pictures", "labels.txt"), "".join(f"{d}.raw {d}\n" for d in range(10)).encode())
    for name, array in (("image", batch), ("probabilities", run(model, batch))):
        tensor = numpy_helper.from_array(array, name).SerializeToString(deterministic=True)
        write(os.path.join(out, "test_data_set_0", f"{'input' if name == 'image' else 'output'}_0.pb"), tensor)


if __name__ == "__main__":
    main()
