// The elements of a TensorProto, from whichever of ONNX's places they are kept in: raw_data, one of five typed fields,
// or a file beside the model. What comes out is always elements in row-major order, little-endian, and as many bytes as
// shape and type say. A view where the file has exactly that, a decoded copy otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "frontend/onnx/reader/external_data.h"
#include "ir/base/element_type.h"
#include "ir/base/result.h"

namespace onnx {
class TensorProto;
}

namespace burin::frontend {

// What the tensors of a skeleton refer to.
struct TensorSource {
  std::span<const std::byte> file;
  ExternalFiles external;
};

struct TensorData {
  ir::ElementType type = ir::ElementType::kF32;
  std::vector<int64_t> dims;        // non-negative; their product times the size of the type fits an int64_t
  std::span<const std::byte> view;  // into the model file or a file beside it; lives as long as the TensorSource
  std::vector<std::byte> decoded;   // instead of `view`, when the file has another form

  // Of any alignment: copy elements out (memcpy), never cast.
  std::span<const std::byte> bytes() const { return decoded.empty() ? view : decoded; }
};

// `tensor` comes from a skeleton of `source.file` (payload.h); `where` is for diagnostics, `initializer "w"`. A decoded
// copy has exactly the bytes of the shape: nothing is allocated before that many elements are known to be there.
// Booleans are 0 or 1. Faults: types without an ElementType and segments are unsupported; a negative dimension, no data
// or data of another size, data in two places or in the wrong one, numbers that do not fit the type, and external data
// that is missing, outside of the model's folder or too short are input faults.
ir::Result<TensorData> tensor_data(TensorSource& source, const onnx::TensorProto& tensor, const std::string& where);

}  // namespace burin::frontend
