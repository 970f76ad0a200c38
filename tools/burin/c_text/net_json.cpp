#include "tools/burin/c_text/net_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "ir/expr/shape.h"
#include "ir/graph/op.h"
#include "ir/text/expr_text.h"
#include "tools/burin/base/json_text.h"

namespace burin::tools {
namespace {

// Qnn_TensorType_t.
enum class Role : int { kInput = 0, kOutput = 1, kNative = 3, kStatic = 4 };

// Qnn_DataType_t, a hexadecimal number read as an integer: the class in the upper byte, the bits in the lower.
int data_type(ir::ElementType element) {
  switch (element) {
    case ir::ElementType::kI8: return 0x008;
    case ir::ElementType::kI16: return 0x016;
    case ir::ElementType::kI32: return 0x032;
    case ir::ElementType::kI64: return 0x064;
    case ir::ElementType::kU8: return 0x108;
    case ir::ElementType::kU16: return 0x116;
    case ir::ElementType::kU32: return 0x132;
    case ir::ElementType::kU64: return 0x164;
    case ir::ElementType::kF16: return 0x216;
    case ir::ElementType::kBF16: return 0x217;  // QNN has none: a number of its class that it does not use
    case ir::ElementType::kF32: return 0x232;
    case ir::ElementType::kF64: return 0x264;
    case ir::ElementType::kBool: return 0x508;
  }
  return 0x7fffffff;
}

Json dims_json(const ir::Shape& shape) {
  Json dims = Json::array();
  for (ir::Expr dim : shape) {
    const std::optional<std::vector<int64_t>> number = ir::static_dims({dim});
    dims.push_back(number ? number->front() : -1);
  }
  return dims;
}

Json tensor_json(const ir::Graph& graph, ir::ValueId id, Role role) {
  const ir::Value& value = graph.values[id];
  Json tensor = {{"id", id.index},
                 {"type", static_cast<int>(role)},
                 {"dataFormat", 0},
                 {"data_type", data_type(value.type.element)},
                 {"src_axis_format", "NONTRIVIAL"},
                 {"axis_format", "NONTRIVIAL"},
                 {"quant_params", {{"definition", 0x7fffffff}, {"encoding", 0x7fffffff}}},
                 {"dims", dims_json(value.type.shape)}};
  if (!ir::static_dims(value.type.shape)) {
    for (ir::Expr dim : value.type.shape) tensor["symbolic_dims"].push_back(ir::text_of(dim));
  }
  return tensor;
}

// A JSON object built entry by entry. The library searches all entries for each name.
class ObjectBuilder {
 public:
  void set(std::string name, Json value) {
    const auto [found, is_new] = places_.try_emplace(name, object_.size());
    if (is_new) {
      object_.push_back({std::move(name), std::move(value)});
    } else {
      std::next(object_.begin(), static_cast<ptrdiff_t>(found->second))->second = std::move(value);
    }
  }
  Json take() { return Json(std::move(object_)); }

 private:
  Json::object_t object_;
  std::unordered_map<std::string, size_t> places_;
};

std::vector<std::string> names_of(const ir::Graph& graph, const std::vector<ir::ValueId>& values) {
  std::vector<std::string> names;
  for (ir::ValueId value : values) {
    if (value.valid()) names.push_back(graph.values[value].name);
  }
  return names;
}

// Which values of the main region are what; by ValueId::index.
std::vector<std::optional<Role>> roles_of(const ir::Graph& graph) {
  std::vector<std::optional<Role>> roles(graph.values.size());
  for (ir::OpId op : graph.main().ops) {
    for (ir::ValueId operand : graph.ops[op].operands) {
      if (operand.valid() && graph.values[operand].constant) roles[operand.index] = Role::kStatic;
    }
    for (ir::ValueId result : graph.ops[op].results) {
      if (result.valid()) roles[result.index] = Role::kNative;
    }
  }
  for (ir::ValueId input : graph.main().parameters) roles[input.index] = Role::kInput;
  for (ir::ValueId output : graph.main().yields) roles[output.index] = Role::kOutput;
  return roles;
}

}  // namespace

std::string net_json(const ir::Graph& graph, const std::string& stem, const std::string& command) {
  const std::vector<std::optional<Role>> roles = roles_of(graph);
  ObjectBuilder tensors, nodes;
  int64_t parameters = 0;
  for (uint32_t index = 0; index < roles.size(); ++index) {
    if (!roles[index]) continue;
    const ir::ValueId id{index};
    if (*roles[index] == Role::kStatic) parameters += graph.values[id].constant->element_count();
    tensors.set(graph.values[id].name, tensor_json(graph, id, *roles[index]));
  }
  std::set<std::string> types;
  for (ir::OpId id : graph.main().ops) {
    const ir::Op& op = graph.ops[id];
    const std::string type(op.info->name);
    types.insert(type);
    nodes.set(fmt::format("{}_{}", type, id.index), {{"package", "burin"},
                                                     {"type", type},
                                                     {"tensor_params", Json::object()},
                                                     {"scalar_params", Json::object()},
                                                     {"input_names", names_of(graph, op.operands)},
                                                     {"output_names", names_of(graph, op.results)},
                                                     {"origin", op.origin}});
  }
  const Json json = {{"model.cpp", stem + ".cpp"},
                     {"model.bin", stem + ".cpp.bin"},
                     {"converter_command", command},
                     {"copyright_str", ""},
                     {"op_types", types},
                     {"Total parameters", std::to_string(parameters)},
                     {"graph", {{"tensors", tensors.take()}, {"nodes", nodes.take()}}}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace burin::tools
