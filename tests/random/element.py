"""Element types: numpy's and ONNX's names, and what a value of each may hold."""

from __future__ import annotations

import ml_dtypes
import numpy as np
from onnx import TensorProto

BOOL, STRING = TensorProto.BOOL, TensorProto.STRING
I8, I16, I32, I64 = TensorProto.INT8, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64
U8, U16, U32, U64 = TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64
F16, BF16, F32, F64 = TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.FLOAT, TensorProto.DOUBLE

FLOATS = (F32, F64, F16, BF16)
SIGNED = (I8, I16, I32, I64)
UNSIGNED = (U8, U16, U32, U64)
INTEGERS = SIGNED + UNSIGNED
NUMBERS = FLOATS + INTEGERS
ALL = NUMBERS + (BOOL,)

NUMPY = {
    BOOL: np.dtype(np.bool_),
    I8: np.dtype(np.int8),
    I16: np.dtype(np.int16),
    I32: np.dtype(np.int32),
    I64: np.dtype(np.int64),
    U8: np.dtype(np.uint8),
    U16: np.dtype(np.uint16),
    U32: np.dtype(np.uint32),
    U64: np.dtype(np.uint64),
    F16: np.dtype(np.float16),
    BF16: np.dtype(ml_dtypes.bfloat16),
    F32: np.dtype(np.float32),
    F64: np.dtype(np.float64),
}
OF_NUMPY = {dtype: element for element, dtype in NUMPY.items()}

# As tools/burin/data/tolerance.cpp has them for whole models: of the largest value of an output, and of each value.
TOLERANCE = {F16: (2.0**-9, 2.0**-8), BF16: (2.0**-6, 2.0**-5), F32: (1e-5, 1e-4), F64: (1e-9, 1e-8)}
# One rounding, relative to a value.
ROUNDING = {F16: 2.0**-11, BF16: 2.0**-8, F32: 2.0**-24, F64: 2.0**-53}
# Beyond this a sum or a square of a few values may overflow, or an integer may wrap in one runtime and saturate in another.
LARGEST = {F16: 500.0, BF16: 1e4, F32: 1e5, F64: 1e8, I32: 1e6, I64: 1e6, U32: 1e6, U64: 1e6}
# Below this the tolerance nears the numbers that a processor may flush to 0.
LEAST = {F16: 1e-2, BF16: 1e-20, F32: 1e-20, F64: 1e-100}


def is_float(element: int) -> bool:
    return element in FLOATS


def name(element: int) -> str:
    return TensorProto.DataType.Name(element)
