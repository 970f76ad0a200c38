#include "frontend/onnx/graph/graph_import.h"

#include <algorithm>

#include "frontend/onnx/graph/import_table.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

constexpr int kAnyOpset = INT32_MAX;  // of a domain of which nothing is said

int opset_number(int64_t version) { return static_cast<int>(std::clamp<int64_t>(version, 1, kAnyOpset)); }

// What a later ONNX makes of an operator that burin knows cannot be foreseen, and versions are counted from 1.
template <class OpsetImports>
void refuse_unknown_opsets(const OpsetImports& imports, const std::string& where, FaultLog& log) {
  for (const onnx::OperatorSetIdProto& import : imports) {
    if (canonical_domain(import.domain()).empty() && import.version() < 1) {
      log.add(ir::input_fault("opset-range", where, "opset import of ai.onnx: expected 1 or newer, found {}",
                              import.version()));
    }
    if (!canonical_domain(import.domain()).empty() || import.version() <= kNewestOpset) continue;
    log.add(ir::unsupported("unsupported-opset", where, "opset import of ai.onnx: expected {} or older, found {}",
                            kNewestOpset, import.version()));
  }
}

ir::Diagnostic unsupported_operator(const ImportTable& table, const onnx::NodeProto& node, std::string_view domain,
                                    int opset, const FunctionCall* call) {
  const std::string name = operator_name(domain, node.op_type());
  if (const ImportRow* oldest = table.oldest(domain, node.op_type()); oldest != nullptr) {
    return ir::unsupported("unsupported-operator", where_of(node, call),
                           "operator {}: expected opset {} or newer, found {}", name, oldest->since, opset);
  }
  ir::Diagnostic unknown =
      ir::unsupported("unsupported-operator", where_of(node, call), "operator {} is not supported", name);
  unknown.hint = table.unknown_operator_hint(domain, node.op_type());
  if (unknown.hint.empty()) unknown.hint = "`burin ops` lists the supported ones";
  return unknown;
}

}  // namespace

GraphImport::GraphImport(OnnxModel model, const ImportTable& table, const ImportOptions& options)
    : table_(table),
      proto_(std::move(model.proto)),
      source_(std::make_shared<Source>(Source{std::move(model.tensors), std::move(model.file)})),
      options_(options),
      node_limit_(std::min(options.max_nodes, model.size.nodes * kMostNodesPerNode + kMostAddedNodes)) {
  for (const auto& import : proto_.opset_import()) {
    int& version = opsets_.emplace(canonical_domain(import.domain()), 1).first->second;
    version = std::max(version, opset_number(import.version()));
  }
  if (opsets_.empty()) opsets_.emplace("", opset_number(opset_of_ir_version(proto_.ir_version())));
  for (const onnx::FunctionProto& function : proto_.functions()) {
    const auto key =
        std::pair<std::string_view, std::string_view>(canonical_domain(function.domain()), function.name());
    functions_.emplace(key, &function);
  }
}

int GraphImport::opset_of(std::string_view domain, const FunctionCall* call) {
  domain = canonical_domain(domain);
  if (call != nullptr) {
    for (const auto& import : call->function->opset_import()) {
      if (canonical_domain(import.domain()) == domain) return opset_number(import.version());
    }
  }
  const auto found = opsets_.find(domain);
  return found == opsets_.end() ? kAnyOpset : found->second;
}

ir::Result<ir::Literal> GraphImport::literal(const onnx::TensorProto& tensor, const std::string& where) {
  ir::Result<TensorData> data = tensor_data(source_->tensors, tensor, where);
  if (!data) return data.faults();
  if (!data->decoded.empty()) return ir::make_literal(data->type, std::move(data->dims), std::move(data->decoded));
  return ir::Literal{data->type, std::move(data->dims), data->view, false, source_};
}

void GraphImport::bind_initializers(const onnx::GraphProto& graph, Scope& scope) {
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    if (scope.initializers.emplace(tensor.name(), &tensor).second) continue;
    log_.add(ir::input_fault("duplicate-name", fmt::format("initializer \"{}\"", tensor.name()),
                             "expected a name of its own, found another initializer with it"));
  }
  for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer()) {
    log_.add(ir::unsupported("unsupported-initializer", fmt::format("initializer \"{}\"", tensor.values().name()),
                             "expected a dense tensor, found a sparse one"));
    scope.names[tensor.values().name()].state = NameState::kFailed;
  }
}

NameState GraphImport::operands_state(const onnx::NodeProto& node, Scope& scope) {
  NameState state = NameState::kValue;
  // An operand that nothing makes is reported with the order of nodes; one of a subgraph when that is imported.
  for (const std::string& name : node.input()) {
    if (!name.empty() && find(scope, name).state == NameState::kUnknown) return NameState::kFailed;
  }
  for_each_used_name(node, [&](std::string_view name) {
    const NameState found = find(scope, name).state;
    if (found == NameState::kFailed) state = NameState::kFailed;
    if (found == NameState::kSequence && state == NameState::kValue) state = NameState::kSequence;
  });
  return state;
}

void GraphImport::import_node(const onnx::NodeProto& node, Scope& scope) {
  if (const onnx::FunctionProto* function = function_of(node)) return call_function(*function, node, scope);
  const std::string_view domain = canonical_domain(node.domain());
  const int opset = opset_of(domain, scope.call);
  const ImportRow* row = table_.find(domain, node.op_type(), opset);
  if (row == nullptr) log_.add(unsupported_operator(table_, node, domain, opset, scope.call));
  const NameState operands = operands_state(node, scope);
  if (row != nullptr && operands == NameState::kSequence && row->takes == Takes::kTensors) {
    log_.add(ir::unsupported("unsupported-sequence", where_of(node, scope.call),
                             "expected tensors as operands, found a sequence"));
  } else if (row != nullptr && operands != NameState::kFailed) {
    NodeImport import(*this, node, opset, scope);
    import.run(*row);
  }
  bind_failed(scope, node);
}

void GraphImport::import_nodes(const Nodes& nodes, std::span<const std::string_view> results, Scope& scope) {
  const bool was_within = visited_ <= node_limit_;
  visited_ += nodes.size();
  if (visited_ > node_limit_) {
    if (!was_within) return;
    log_.add(ir::input_fault("too-many-nodes", "graph",
                             "expected at most {} nodes with functions inlined and loops typed, found more",
                             node_limit_));
    return;
  }
  for (const int index : order_nodes(nodes, results, scope, log_)) {
    ++node_count_;
    import_node(nodes[index], scope);
  }
}

std::optional<std::vector<Name>> GraphImport::import_body(const onnx::GraphProto& body, Scope& scope) {
  const size_t faults = log_.count();
  bind_initializers(body, scope);
  std::vector<std::string_view> results;
  for (const auto& output : body.output()) results.push_back(output.name());
  import_nodes(body.node(), results, scope);
  std::vector<Name> outputs;
  for (std::string_view result : results) {
    outputs.push_back(find(scope, result));
    if (outputs.back().state == NameState::kUnknown && log_.count() == faults) {
      log_.add(ir::input_fault("missing-output", fmt::format("output \"{}\" of subgraph \"{}\"", result, body.name()),
                               "expected a tensor of that name, found none"));
    }
    if (outputs.back().state == NameState::kUnknown || outputs.back().state == NameState::kFailed) return std::nullopt;
  }
  return log_.count() == faults ? std::optional(std::move(outputs)) : std::nullopt;
}

namespace {

Scope subgraph_scope(const onnx::GraphProto& body, const onnx::NodeProto& node, Scope& outer, ir::RegionId region) {
  Scope scope;
  scope.outer = &outer;
  scope.call = outer.call;
  scope.region = region;
  scope.prefix = outer.prefix + std::string(name_of(node)) + "/";
  scope.graph = &body;
  return scope;
}

}  // namespace

std::optional<std::vector<Name>> GraphImport::import_inline(const onnx::GraphProto& body, const onnx::NodeProto& node,
                                                            Scope& outer) {
  Scope scope = subgraph_scope(body, node, outer, outer.region);
  return import_body(body, scope);
}

std::optional<ImportedRegion> GraphImport::import_region(const onnx::GraphProto& body, const onnx::NodeProto& node,
                                                         Scope& outer, std::span<const RegionParameter> parameters) {
  Scope scope = subgraph_scope(body, node, outer, graph_.regions.add({}));
  const std::string where = where_of(node, outer.call);
  const auto inputs = static_cast<size_t>(body.input_size());
  if (inputs != parameters.size()) {
    log_.add(ir::input_fault("subgraph-inputs", where, "expected {} inputs of subgraph \"{}\", found {}",
                             parameters.size(), body.name(), inputs));
    return std::nullopt;
  }
  for (size_t i = 0; i < inputs; ++i) {
    const std::string& name = body.input(static_cast<int>(i)).name();
    const ir::ValueId parameter = graph_.add_value(unique_name(scope.prefix + name), parameters[i].type);
    if (parameters[i].element.valid()) graph_.values[parameter].elements = {parameters[i].element};
    graph_.regions[scope.region].parameters.push_back(parameter);
    bind(scope, name, parameter);
  }
  ImportedRegion imported{scope.region, {}, graph_.opaque_symbols.size(), graph_.assumptions.size()};
  std::optional<std::vector<Name>> outputs = import_body(body, scope);
  if (!outputs) return std::nullopt;
  for (size_t i = imported.first_assumption; i < graph_.assumptions.size(); ++i) {
    ir::RegionId& holds_in = graph_.assumptions[i].region;
    if (!holds_in.valid()) holds_in = scope.region;
  }
  for (const Name& output : *outputs) {
    if (output.state != NameState::kValue) {
      log_.add(
          ir::unsupported("unsupported-sequence", where, "expected tensors as outputs of subgraphs, found a sequence"));
      return std::nullopt;
    }
    imported.yields.push_back(output.value);
  }
  graph_.regions[scope.region].yields = imported.yields;
  return imported;
}

void GraphImport::discard_region(const ImportedRegion& region) {
  graph_.opaque_symbols.resize(region.first_symbol);
  graph_.assumptions.erase(graph_.assumptions.begin() + static_cast<std::ptrdiff_t>(region.first_assumption),
                           graph_.assumptions.end());
  clear_region(region.region);
}

void GraphImport::clear_region(ir::RegionId region) {
  const std::vector<ir::OpId> ops = std::exchange(graph_.regions[region].ops, {});
  graph_.regions[region].yields.clear();
  for (const ir::OpId op : ops) {
    for (const ir::RegionId nested : graph_.ops[op].regions) clear_region(nested);
  }
}

// The names that the program computes: the model's outputs, or what --out_node asks for.
std::vector<std::string_view> GraphImport::wanted_results() {
  std::vector<std::string_view> results;
  const onnx::GraphProto& graph = proto_.graph();
  for (const std::string& wanted : options_.out_nodes) {
    const auto by_name = [&](const onnx::NodeProto& node) { return node.name() == wanted; };
    const auto node = std::ranges::find_if(graph.node(), by_name);
    const auto makes = [&](const onnx::NodeProto& n) {
      return std::ranges::find(n.output(), wanted) != n.output().end();
    };
    if (std::ranges::any_of(graph.node(), makes)) {
      results.push_back(wanted);
    } else if (node != graph.node().end()) {
      for (const std::string& output : node->output()) {
        if (!output.empty()) results.push_back(output);
      }
    } else {
      ir::Diagnostic fault = ir::input_fault("unknown-name", fmt::format("--out_node {}", wanted),
                                             "expected the name of a tensor or node, found none in the model");
      fault.fault = ir::Fault::kUsage;
      fault.hint = similar_name_hint(wanted, graph.node(), {});
      log_.add(std::move(fault));
    }
  }
  if (!options_.out_nodes.empty()) return results;
  for (const auto& output : graph.output()) results.push_back(output.name());
  if (results.empty()) log_.add(ir::input_fault("no-output", "graph", "expected at least one output, found none"));
  return results;
}

// Every output is a value of its own, named as the model does and computed by an op.
void GraphImport::yield_results(std::span<const std::string_view> results, Scope& scope) {
  std::unordered_set<uint32_t> yielded;
  for (const std::string_view result : results) {
    const std::string where = fmt::format("output \"{}\"", result);
    const Name name = find(scope, result);
    if (name.state == NameState::kUnknown && log_.empty()) {
      ir::Diagnostic fault =
          ir::input_fault("missing-output", where, "expected a tensor of that name, found none in the graph");
      fault.hint = similar_name_hint(result, proto_.graph().node(), scope);
      log_.add(std::move(fault));
    } else if (name.state == NameState::kSequence) {
      log_.add(ir::unsupported("unsupported-sequence", where, "expected a tensor, found a sequence"));
    }
    if (name.state != NameState::kValue) continue;
    ir::ValueId value = name.value;
    if (!graph_.values[value].definition.valid() || !yielded.insert(value.index).second) {
      if (graph_.values[value].constant && graph_.values[value].name == result)
        rename(value, graph_.values[value].name + ".value");
      const ir::OpId copy =
          graph_.add_op(scope.region, ir::kIdentity, {value}, {}, {unique_name(std::string(result))}, where);
      log_.add(infer_types(graph_, copy));
      value = graph_.ops[copy].results[0];
    } else if (graph_.values[value].name != result) {
      rename(value, std::string(result));
    }
    graph_.regions[scope.region].yields.push_back(value);
  }
}

void GraphImport::run() {
  refuse_unknown_opsets(proto_.opset_import(), "model", log_);
  for (const onnx::FunctionProto& function : proto_.functions())
    refuse_unknown_opsets(function.opset_import(), fmt::format("function \"{}\"", function.name()), log_);
  if (!log_.empty()) return;
  Scope scope;
  scope.graph = &proto_.graph();
  graph_.body = scope.region = graph_.regions.add({});
  bind_initializers(proto_.graph(), scope);
  import_inputs(*this, scope);
  const std::vector<std::string_view> results = wanted_results();
  import_nodes(proto_.graph().node(), results, scope);
  for (const auto& output : proto_.graph().output())
    check_declared_element(scope, output.name(), fmt::format("output \"{}\"", output.name()));
  yield_results(results, scope);
  if (log_.empty() && graph_.main().yields.size() != results.size()) {
    ir::Diagnostic defect = ir::input_fault("internal", "graph", "expected {} outputs, computed {}", results.size(),
                                            graph_.main().yields.size());
    defect.fault = ir::Fault::kInternal;
    log_.add(std::move(defect));
  }
}

}  // namespace burin::frontend
