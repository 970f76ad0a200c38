// From the bytes of an .onnx file, which nobody vouches for, to messages that the importer can walk over without
// checking sizes again: measured (measure.h), cut down to a skeleton (skeleton.h), parsed by protobuf, and of a version
// that burin knows. Not here: what the nodes mean.
#pragma once

#include <onnx/onnx-ml.pb.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/mapped_file.h"
#include "frontend/onnx/reader/limits.h"
#include "frontend/onnx/reader/measure.h"
#include "frontend/onnx/reader/tensor_data.h"
#include "ir/base/result.h"

namespace burin::frontend {

// IR version 3 (2017) is the first one with operator set imports; the last is what onnx-ml.proto says.
inline constexpr int64_t kOldestIrVersion = 3;
inline constexpr int64_t kNewestIrVersion = onnx::Version::IR_VERSION;

struct OnnxModel {
  // Without doc strings, training and multi-device annotations, and without the elements of tensors: ask tensor_data()
  // for those, never raw_data() and its like.
  onnx::ModelProto proto;
  TensorSource tensors;
  ModelSize size;
  MappedFile file;  // what `tensors` looks into; empty when the model came from memory
};

ir::Result<OnnxModel> read_model(const std::filesystem::path& path, const Limits& limits = {});

// `bytes` outlive the model. External data is refused: bytes in memory have no folder.
ir::Result<OnnxModel> read_model_bytes(std::span<const std::byte> bytes, const Limits& limits = {});

// The version of `domain` that the model imports ("" and "ai.onnx" are one; the highest if it is imported twice), or 0
// when it does not. ONNX Runtime then takes the newest version it has, and so does the importer: real models miss
// domains. A model that imports nothing at all has the standard domain in opset_of_ir_version().
int64_t imported_version(const OnnxModel& model, std::string_view domain);

// The newest operator set of ONNX's releases with this IR version (the table in ONNX's docs/Versioning.md): what an exporter
// of that time wrote that left the import out. Newer versions change operators that such a model uses as they were.
int64_t opset_of_ir_version(int64_t ir_version);

// A file of one TensorProto: input_0.pb of a test_data_set.
struct TensorFile {
  std::string name;
  TensorData data;
  TensorSource source;
  MappedFile file;
};
// A file that holds a SequenceProto or OptionalProto is unsupported.
ir::Result<TensorFile> read_tensor_file(const std::filesystem::path& path, const Limits& limits = {});

}  // namespace burin::frontend
