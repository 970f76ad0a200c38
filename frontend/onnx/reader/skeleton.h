// The second pass: a model file without the elements of its tensors, as the list of pieces that protobuf is to parse.
// Long stretches of the file that are taken as they are stay views of it; what is written anew (messages around
// tensors, whose lengths change) is kept here. Also left out: doc strings, training, multi-device annotations and
// unknown fields of the messages that are written anew. So hundreds of megabytes of weights cost no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "frontend/onnx/reader/wire_schema.h"
#include "ir/base/result.h"

namespace burin::frontend {

struct Skeleton {
  std::vector<std::span<const std::byte>> pieces;  // of the file, or of `blocks`
  std::vector<std::unique_ptr<std::byte[]>> blocks;
  int64_t bytes = 0;        // of all pieces
  int64_t owned_bytes = 0;  // of the blocks
};

// `file` has been measured (measure.h). Faults: more than `max_owned_bytes` would have to be kept here; the file has
// changed since it was measured.
ir::Result<Skeleton> cut_skeleton(std::span<const std::byte> file, MessageKind root, int64_t max_depth,
                                  int64_t max_owned_bytes);

}  // namespace burin::frontend
