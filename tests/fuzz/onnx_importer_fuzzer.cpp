// libFuzzer's entry to what happens to a model's bytes: build with -fsanitize=fuzzer,address,undefined. What is imported must
// survive the graph's verifier; small graphs are lowered, and no pass may leave anything that its verifier refuses.
//
// Bytes alone rarely make a model. Half of the mutations change one as a model: its operators, operands, attributes, shapes.
// They start from the rows of the import table, or from ONNX's own models as seeds (.ci/run).
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>

#include "frontend/onnx/reader/model_reader.h"
#include "ir/graph/verify.h"
#include "ir/loop/verify.h"
#include "ir/nest/verify.h"
#include "passes/lower_graph.h"
#include "passes/pipeline.h"
#include "tests/frontend/hostile_models.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using namespace burin;
using namespace burin::frontend;
using Random = std::minstd_rand;

constexpr size_t kMostLoweredOps = 12;  // lowering takes milliseconds an op here

void read_tensors(OnnxModel& model, const onnx::GraphProto& graph) {
  for (const auto& tensor : graph.initializer()) (void)tensor_data(model.tensors, tensor, "initializer");
  for (const auto& node : graph.node()) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_t()) (void)tensor_data(model.tensors, attribute.t(), "attribute");
      if (attribute.has_g()) read_tensors(model, attribute.g());
    }
  }
}

void require(const char* what, const ir::Status& status) {
  if (status) return;
  std::fprintf(stderr, "%s: %s\n", what, ir::text_of(status.faults()).c_str());
  std::abort();
}

// Lowering may refuse a graph; what it leaves must verify. Reads inside may rest on what `prepare` checks.
void lower(ir::Graph graph) {
  passes::StepHooks hooks;
  hooks.after = [](std::string_view step, const passes::AnyForm& form) {
    if (const auto* program = std::get_if<ir::Program>(&form))
      require(std::string(step).c_str(), ir::verify(*program, ir::ReadProof::kUnlessRefuted));
    return ir::Status();
  };
  const ir::Result<ir::Module> module = passes::lowered_to<ir::Module>(std::move(graph), {}, hooks);
  if (module) require("loops", ir::verify(*module, ir::LoopStage::kExpanded));
}

// --- Mutation.

template <class List>
auto& any_of(List& list, Random& random) {
  return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(random() % std::size(list)));
}

int64_t any_integer(Random& random) {
  return random() % 2 == 0 ? any_of(test::kAbsurd, random) : static_cast<int64_t>(random() % 8) - 2;
}

std::string any_name(const onnx::GraphProto& graph, Random& random) {
  std::vector<std::string> names = {""};
  for (const auto& input : graph.input()) names.push_back(input.name());
  for (const auto& tensor : graph.initializer()) names.push_back(tensor.name());
  for (const auto& node : graph.node()) names.insert(names.end(), node.output().begin(), node.output().end());
  return any_of(names, random);
}

const ImportRow& any_row(Random& random) {
  static const std::span<const ImportRow> rows = onnx_import_table().rows();
  return rows[random() % rows.size()];
}

void set_operator(onnx::NodeProto& node, const ImportRow& row) {
  node.set_op_type(std::string(row.op_type));
  node.set_domain(std::string(row.domain));
}

void add_node(onnx::GraphProto& graph, Random& random) {
  onnx::NodeProto node;
  set_operator(node, any_row(random));
  for (uint64_t left = 1 + random() % 4; left > 0; --left) node.add_input(any_name(graph, random));
  node.add_output("v" + std::to_string(graph.node_size()));
  graph.add_output()->set_name(node.output(0));
  *graph.add_node() = std::move(node);
}

void change_attribute(onnx::NodeProto& node, Random& random) {
  const std::vector<OnnxAttribute> attributes = test::attributes_of(node, kNewestOpset);
  if (attributes.empty()) return;
  std::vector<int64_t> list(random() % 5);
  for (int64_t& value : list) value = any_integer(random);
  test::set_attribute(node, any_of(attributes, random), list);
}

void change_input(onnx::ValueInfoProto& input, Random& random) {
  auto& type = *input.mutable_type()->mutable_tensor_type();
  if (random() % 3 == 0) return type.set_elem_type(static_cast<int>(random() % 24));
  auto& shape = *type.mutable_shape();
  if (shape.dim_size() == 0 || random() % 4 == 0) return shape.add_dim()->set_dim_value(any_integer(random));
  auto& dim = any_of(*shape.mutable_dim(), random);
  if (random() % 4 == 0) return dim.set_dim_param(random() % 2 == 0 ? "n" : "m");
  dim.set_dim_value(any_integer(random));
}

void change_numbers(onnx::TensorProto& tensor, Random& random) {
  if (tensor.data_type() != onnx::TensorProto::INT64) return;
  tensor.clear_dims();
  tensor.clear_raw_data();
  tensor.clear_int64_data();
  const auto count = static_cast<int64_t>(random() % 5);
  if (count != 1) tensor.add_dims(count);
  for (int64_t i = 0; i < count; ++i) tensor.add_int64_data(any_integer(random));
}

void mutate(onnx::ModelProto& model, Random& random) {
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::NodeProto* node = graph.node_size() > 0 ? &any_of(*graph.mutable_node(), random) : nullptr;
  switch (random() % 8) {
    case 0: return add_node(graph, random);
    case 1:
      if (node != nullptr) set_operator(*node, any_row(random));
      return;
    case 2:
      if (node != nullptr) node->add_input(any_name(graph, random));
      return;
    case 3:
      if (node != nullptr && node->input_size() > 0) any_of(*node->mutable_input(), random) = any_name(graph, random);
      return;
    case 4:
      if (graph.input_size() > 0) change_input(any_of(*graph.mutable_input(), random), random);
      return;
    case 5:
      if (graph.initializer_size() > 0) change_numbers(any_of(*graph.mutable_initializer(), random), random);
      return;
    default:
      if (node != nullptr) change_attribute(*node, random);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Small limits, so that the fuzzer spends its time on structure and not on size.
  Limits limits;
  limits.max_constant_bytes = 1 << 20;
  limits.max_nodes = 200;
  ir::Result<OnnxModel> model = read_model_bytes(std::as_bytes(std::span(data, size)), limits);
  if (!model) return 0;
  read_tensors(*model, model->proto.graph());
  const ir::Result<ir::Graph> graph = import_model(std::move(*model), {});
  if (!graph) {
    (void)ir::text_of(graph.faults());
    return 0;
  }
  require("import", ir::verify(*graph));
  if (graph->ops.size() <= kMostLoweredOps) lower(*graph);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  Random random(seed);
  if (size > 1 && random() % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  onnx::ModelProto model;
  if (!model.ParseFromArray(data, static_cast<int>(size)) || model.graph().node_size() == 0)
    model = test::model_of(any_row(random), {"image", "symbolic", "numbers"}).proto();
  for (uint64_t left = 1 + random() % 3; left > 0; --left) mutate(model, random);
  if (model.ByteSizeLong() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  model.SerializeToArray(data, static_cast<int>(max_size));
  return model.ByteSizeLong();
}
