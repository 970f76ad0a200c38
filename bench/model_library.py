"""A model library through the C interface of runtime/burin.h, by ctypes: for measuring and for tests, not for users."""

import ctypes
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
    sizeof,
)

import numpy as np

ABI_VERSION, ALIGNMENT = 1, 64
# enum burin_element_type; bfloat16 has no numpy type and is left out.
ELEMENT_TYPES = {1: np.bool_, 2: np.int8, 3: np.int16, 4: np.int32, 5: np.int64, 6: np.uint8, 7: np.uint16, 8: np.uint32,
                 9: np.uint64, 10: np.float16, 12: np.float32, 13: np.float64}  # fmt: skip


class ModelInfo(Structure):
    _fields_ = [("struct_size", c_uint32), ("n_inputs", c_int32), ("n_outputs", c_int32), ("n_symbols", c_int32),
                ("n_input_symbols", c_int32), ("n_targets", c_int32), ("name", c_char_p), ("digest", c_char_p),
                ("compiler", c_char_p), ("target", c_char_p), ("weights_bytes", c_uint64), ("code_bytes", c_uint64)]  # fmt: skip


class TensorInfo(Structure):
    _fields_ = [("struct_size", c_uint32), ("element_type", c_int32), ("rank", c_int32), ("zero_point", c_int32),
                ("name", c_char_p), ("layout", c_char_p), ("dims", POINTER(c_int64)), ("scale", c_double)]  # fmt: skip


class PrepareRequest(Structure):
    _fields_ = [("struct_size", c_uint32), ("threads", c_int32), ("n_shapes", c_int32), ("reserved", c_int32),
                ("shapes", POINTER(POINTER(c_int64))), ("ranks", POINTER(c_int32)), ("pool", c_void_p),
                ("target", c_char_p)]  # fmt: skip


class PlanSize(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threads", c_int32),
        ("arena_bytes", c_uint64),
        ("arena_alignment", c_uint64),
    ]


# The functions of burin_model_api in their order: name, result, arguments behind the api or the context.
STATUS = c_int32
FUNCTIONS = [
    ("status_text", c_char_p, None), ("describe", STATUS, [c_void_p]), ("input_info", STATUS, [c_int32, c_void_p]),
    ("output_info", STATUS, [c_int32, c_void_p]), ("symbol_info", STATUS, [c_int32, c_void_p]),
    ("target_info", STATUS, [c_int32, c_void_p]), ("find_input", STATUS, [c_char_p, c_void_p]),
    ("find_output", STATUS, [c_char_p, c_void_p]), ("context_bytes", STATUS, [c_void_p]),
    ("context_create", STATUS, [c_void_p, c_size_t, c_void_p]), ("prepare", STATUS, [c_void_p, c_void_p]),
    ("bind_arena", STATUS, [c_void_p, c_size_t]), ("bind_input", STATUS, [c_int32, c_void_p, c_size_t]),
    ("bind_output", STATUS, [c_int32, c_void_p, c_size_t]), ("input_bytes", STATUS, [c_int32, c_void_p]),
    ("output_bytes", STATUS, [c_int32, c_void_p]), ("bind_weights", STATUS, [c_void_p, c_size_t]),
    ("alias_state", STATUS, [c_int32, c_int32]), ("state_data", STATUS, [c_int32, c_void_p, c_void_p]),
    ("reset_state", STATUS, []), ("execute", STATUS, []), ("output_shape", STATUS, [c_int32, c_void_p, c_int32]),
    ("profile", STATUS, [c_void_p]), ("last_error", c_char_p, []),
]  # fmt: skip


class ModelApi(Structure):
    _fields_ = [("struct_size", c_uint32), ("abi_version", c_uint32), ("model", c_void_p)] + [
        (name, ctypes.CFUNCTYPE(result, *([c_int32] if arguments is None else [c_void_p, *arguments])))
        for name, result, arguments in FUNCTIONS
    ]


def aligned_bytes(count):
    """`count` bytes that start at a multiple of ALIGNMENT."""
    buffer = np.zeros(count + ALIGNMENT, np.uint8)
    skip = -buffer.ctypes.data % ALIGNMENT
    return buffer[skip : skip + count]


def address(array):
    """NULL for an empty one, whose address numpy makes up."""
    return array.ctypes.data if array.nbytes else None


class ModelLibrary:
    """One context of a library: prepare(inputs) once, then execute() as often as wanted; one thread."""

    def __init__(self, path):
        entry = ctypes.CDLL(path).burin_model
        entry.restype = POINTER(ModelApi)
        self.pointer = entry()
        self.api = self.pointer.contents
        if self.api.abi_version != ABI_VERSION or self.api.struct_size < sizeof(ModelApi):
            raise RuntimeError(
                f"{path}: ABI {self.api.abi_version}, expected {ABI_VERSION}: bring this file up to runtime/burin.h"
            )
        self.context = None
        self.info = ModelInfo(struct_size=sizeof(ModelInfo))
        self._call("describe", byref(self.info))
        self.inputs = [self._tensor("input_info", i) for i in range(self.info.n_inputs)]
        self.outputs = [self._tensor("output_info", i) for i in range(self.info.n_outputs)]

        size = c_size_t()
        self._call("context_bytes", byref(size))
        self.memory = aligned_bytes(size.value)
        context = c_void_p()
        self._call("context_create", self.memory.ctypes.data, size.value, byref(context))
        self.context = context

    def _call(self, name, *arguments):
        status = getattr(self.api, name)(self.context or ctypes.cast(self.pointer, c_void_p), *arguments)
        if status == 0:
            return
        detail = self.api.last_error(self.context) if self.context else b""
        raise RuntimeError(f"{name}: {self.api.status_text(status).decode()}: {detail.decode()}")

    def _tensor(self, function, index):
        """Name, numpy type and rank."""
        info = TensorInfo(struct_size=sizeof(TensorInfo))
        status = getattr(self.api, function)(ctypes.cast(self.pointer, c_void_p), index, byref(info))
        if status != 0:
            raise RuntimeError(f"{function}: {self.api.status_text(status).decode()}")
        return info.name.decode(), ELEMENT_TYPES[info.element_type], info.rank

    def prepare(self, values):
        """Binds `values` (name -> contiguous array), buffers for the outputs and an arena."""
        ordered = [np.asarray(values[name], dtype, order="C") for name, dtype, _ in self.inputs]
        shapes = [(c_int64 * max(1, v.ndim))(*v.shape) for v in ordered]
        request = PrepareRequest(
            struct_size=sizeof(PrepareRequest),
            threads=1,
            n_shapes=len(ordered),
            shapes=(POINTER(c_int64) * max(1, len(ordered)))(*[ctypes.cast(s, POINTER(c_int64)) for s in shapes]),
            ranks=(c_int32 * max(1, len(ordered)))(*[v.ndim for v in ordered]),
        )
        plan = PlanSize(struct_size=sizeof(PlanSize))
        self._call("prepare", byref(request), byref(plan))
        self.arena = aligned_bytes(plan.arena_bytes)
        self._call("bind_arena", address(self.arena), self.arena.nbytes)
        for index, value in enumerate(ordered):
            self._call("bind_input", index, address(value), value.nbytes)
        self.results = []
        for index in range(len(self.outputs)):
            size = c_size_t()
            self._call("output_bytes", index, byref(size))
            self.results.append(aligned_bytes(size.value))
            self._call("bind_output", index, address(self.results[-1]), size.value)
        self.bound = ordered  # keeps them alive

    def execute(self):
        self._call("execute")

    def values(self):
        """The outputs of the last execution, by name."""
        found = {}
        for index, ((name, dtype, rank), raw) in enumerate(zip(self.outputs, self.results)):
            dims = (c_int64 * max(1, rank))()
            self._call("output_shape", index, byref(dims), rank)
            shape = tuple(dims[:rank])
            count = int(np.prod(shape, dtype=np.int64))
            found[name] = raw.view(dtype)[:count].reshape(shape).copy()
        return found
