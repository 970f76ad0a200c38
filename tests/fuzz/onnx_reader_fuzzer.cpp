// libFuzzer's entry to everything that reads a model's bytes: build with -fsanitize=fuzzer,address,undefined.
// Seeds: the .onnx and .pb files of ../shared/models below 64 KB.
#include <cstddef>
#include <cstdint>
#include <span>

#include "frontend/onnx/model_reader.h"

namespace {

using namespace burin::frontend;

void visit(OnnxModel& model, const onnx::GraphProto& graph) {
  for (const auto& tensor : graph.initializer()) (void)tensor_data(model.tensors, tensor, "initializer");
  for (const auto& node : graph.node()) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_t()) (void)tensor_data(model.tensors, attribute.t(), "attribute");
      if (attribute.has_g()) visit(model, attribute.g());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Small limits, so that the fuzzer spends its time on structure and not on size.
  Limits limits;
  limits.max_constant_bytes = 1 << 24;
  auto model = read_model_bytes(std::as_bytes(std::span(data, size)), limits);
  if (model) visit(*model, model->proto.graph());
  return 0;
}
