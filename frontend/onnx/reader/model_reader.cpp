#include "frontend/onnx/reader/model_reader.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include "frontend/onnx/reader/file_hint.h"
#include "frontend/onnx/reader/skeleton.h"

namespace burin::frontend {
namespace {

// Pieces are shorter than a file, and a stream counts its bytes in an int.
ir::Status parse(const Skeleton& skeleton, int64_t depth, google::protobuf::MessageLite& message) {
  if (skeleton.bytes > INT32_MAX) {
    return ir::input_fault("too-much-memory", "", "expected at most {} bytes apart from tensors, found {}", INT32_MAX,
                           skeleton.bytes);
  }
  std::deque<google::protobuf::io::ArrayInputStream> pieces;  // they cannot move
  std::vector<google::protobuf::io::ZeroCopyInputStream*> streams;
  for (std::span<const std::byte> piece : skeleton.pieces)
    pieces.emplace_back(piece.data(), static_cast<int>(piece.size()));
  streams.reserve(pieces.size());
  for (auto& piece : pieces) streams.push_back(&piece);
  google::protobuf::io::ConcatenatingInputStream all(streams.data(), static_cast<int>(streams.size()));
  google::protobuf::io::CodedInputStream input(&all);
  input.SetRecursionLimit(static_cast<int>(std::min<int64_t>(depth + 1, INT32_MAX)));
  if (!message.ParseFromCodedStream(&input)) {
    return ir::input_fault("malformed-protobuf", "", "expected a protobuf message, found bytes that protobuf refuses");
  }
  return {};
}

ir::Result<ModelSize> parse_skeleton(std::span<const std::byte> file, MessageKind root, const Limits& limits,
                                     google::protobuf::MessageLite& message) {
  ir::Result<ModelSize> size = measure(file, root, limits);
  if (!size) return size;
  const int64_t budget = memory_budget(static_cast<int64_t>(file.size()), size->nodes, limits);
  const ir::Result<Skeleton> skeleton = cut_skeleton(file, root, limits.max_depth, budget - size->parsed_bytes);
  if (!skeleton) return skeleton.faults();
  if (ir::Status status = parse(*skeleton, size->depth, message); !status) return status.faults();
  return size;
}

ir::Diagnostics faults_of(const onnx::ModelProto& model) {
  ir::Diagnostics faults;
  if (!model.has_graph())
    faults.push_back(ir::input_fault("not-a-model", "", "expected an ONNX model, found no graph in it"));
  if (!model.has_ir_version()) {
    faults.push_back(ir::input_fault("ir-version", "ir_version", "expected IR version {} to {}, found none",
                                     kOldestIrVersion, kNewestIrVersion));
  } else if (model.ir_version() < kOldestIrVersion || model.ir_version() > kNewestIrVersion) {
    const bool is_new = model.ir_version() > kNewestIrVersion;
    ir::Diagnostic fault = ir::unsupported(
        "ir-version", "ir_version", "expected IR version {} to {}, found {}{}", kOldestIrVersion, kNewestIrVersion,
        model.ir_version(), is_new ? ", which is newer than this burin" : ", which is from before 2017-11");
    fault.hint =
        is_new ? "export with an older ir_version, or use a newer burin" : "convert it with onnx.version_converter";
    faults.push_back(std::move(fault));
  }
  return faults;
}

ir::Diagnostics within_file(ir::Diagnostics faults, const std::filesystem::path& path) {
  for (ir::Diagnostic& fault : faults) fault.where = path.string() + (fault.where.empty() ? "" : ": " + fault.where);
  return faults;
}

ir::Result<MappedFile> open_nonempty(const std::filesystem::path& path, std::string_view expected) {
  ir::Result<MappedFile> file = MappedFile::open(path);
  if (file && file->bytes().empty()) {
    return ir::input_fault("empty-file", path.string(), "expected {}, found an empty file", expected);
  }
  return file;
}

// In these two, fields 1 and 3 are a name and messages; in a TensorProto they are numbers and a segment.
bool looks_like_sequence(std::span<const std::byte> file) {
  WireCursor cursor(file, 0, file.size());
  WireField field;
  bool has_name_or_value = false;
  while (!cursor.done() && cursor.next(field) == WireFault::kNone) {
    if (field.number > 7) return false;
    has_name_or_value |= (field.number == 1 || field.number == 3) && field.type == WireType::kBytes;
  }
  return cursor.done() && has_name_or_value;
}

}  // namespace

ir::Result<OnnxModel> read_model_bytes(std::span<const std::byte> bytes, const Limits& limits) {
  OnnxModel model;
  model.tensors.file = bytes;
  const ir::Result<ModelSize> size = parse_skeleton(bytes, MessageKind::kModel, limits, model.proto);
  ir::Diagnostics faults = size ? faults_of(model.proto) : size.faults();
  if (!faults.empty()) {
    if (!model.proto.has_graph() && faults.front().hint.empty()) faults.front().hint = hint_for_other_file(bytes);
    return faults;
  }
  model.size = *size;
  return model;
}

ir::Result<OnnxModel> read_model(const std::filesystem::path& path, const Limits& limits) {
  ir::Result<MappedFile> file = open_nonempty(path, "an ONNX model");
  if (!file) return file.faults();
  ir::Result<OnnxModel> model = read_model_bytes(file->bytes(), limits);
  if (!model) return within_file(model.faults(), path);
  model->file = std::move(*file);
  model->tensors.external = ExternalFiles(path);
  return model;
}

int64_t imported_version(const OnnxModel& model, std::string_view domain) {
  const auto canonical = [](std::string_view name) { return name == "ai.onnx" ? std::string_view() : name; };
  int64_t version = 0;
  for (const auto& import : model.proto.opset_import()) {
    if (canonical(import.domain()) == canonical(domain)) version = std::max(version, import.version());
  }
  return version;
}

int64_t opset_of_ir_version(int64_t ir_version) {
  constexpr int64_t kNewestOpsets[] = {8, 9, 10, 11, 14, 18, 20, 22, 23, 24, 27, 28};  // from IR version 3 on
  const int64_t newest = kOldestIrVersion + static_cast<int64_t>(std::size(kNewestOpsets)) - 1;
  return kNewestOpsets[std::clamp(ir_version, kOldestIrVersion, newest) - kOldestIrVersion];
}

ir::Result<TensorFile> read_tensor_file(const std::filesystem::path& path, const Limits& limits) {
  ir::Result<MappedFile> file = open_nonempty(path, "a TensorProto");
  if (!file) return file.faults();
  onnx::TensorProto tensor;
  const ir::Result<ModelSize> size = parse_skeleton(file->bytes(), MessageKind::kTensor, limits, tensor);
  TensorFile result;
  result.source = {file->bytes(), ExternalFiles(path)};
  ir::Result<TensorData> data = size ? tensor_data(result.source, tensor, "") : ir::Result<TensorData>(size.faults());
  if (!data) {
    if (!looks_like_sequence(file->bytes())) return within_file(data.faults(), path);
    return ir::unsupported("unsupported-data", path.string(),
                           "expected a TensorProto, found a SequenceProto or OptionalProto");
  }
  result.name = tensor.name();
  result.data = std::move(*data);
  result.file = std::move(*file);
  return result;
}

}  // namespace burin::frontend
