#include "frontend/onnx/graph/node_import.h"

#include <onnx/onnx-ml.pb.h>

#include <algorithm>
#include <map>
#include <set>

#include "frontend/onnx/graph/graph_import.h"
#include "frontend/onnx/graph/import_table.h"
#include "frontend/onnx/graph/onnx_operators.h"
#include "frontend/onnx/reader/data_type.h"
#include "ir/ops/rows.h"

namespace burin::frontend {
namespace {

using onnx::AttributeProto;

const ir::TensorType& no_type() {
  static const ir::TensorType type;
  return type;
}

std::string type_name(int type) {
  const std::string& name =
      onnx::AttributeProto_AttributeType_Name(static_cast<onnx::AttributeProto_AttributeType>(type));
  return name.empty() ? std::to_string(type) : name;
}

// Of a tool: ONNX's checker lets them pass.
bool is_private(std::string_view name) { return name.starts_with("__") && name.ends_with("__"); }

}  // namespace

void NodeImport::run(const ImportRow& row) {
  const size_t faults = model_.log().count();
  check_operands(row);
  check_attributes(row);
  if (model_.log().count() != faults) return;
  model_.log().add(row.import(*this));
  if (model_.log().count() != faults) return;
  check_declared_results();
  for (int i = 0; i < result_count(); ++i) {
    if (!wants(i) || scope_.names.contains(node_.output(i))) continue;
    model_.log().add(
        not_supported("output {} of operator {} is not supported", i, operator_name(row.domain, row.op_type)));
  }
}

const OnnxOperator* NodeImport::definition(const ImportRow& row) const {
  return row.domain.empty() ? find_onnx_operator(row.op_type, opset_) : nullptr;
}

void NodeImport::check_operands(const ImportRow& row) {
  const bool any_more = row.operands.ends_with('*');
  const auto listed = static_cast<int>(row.operands.size()) - (any_more ? 2 : 0);
  const OnnxOperator* defined = definition(row);
  const int most = std::min(any_more ? kAnyNumber : listed, defined == nullptr ? kAnyNumber : defined->most_operands);
  for (int i = 0; i < std::max(listed, operand_count()); ++i) {
    const bool is_there = has(i) || sequence(i) != nullptr;
    const bool is_listed = i < listed || any_more;
    if (is_listed && row.operands[static_cast<size_t>(std::min(i, listed))] == '1' && !is_there) {
      model_.log().add(fault("missing-operand", "operand {}: expected a tensor{}, found none", i,
                             row.takes == Takes::kTensors ? "" : " or a sequence"));
    } else if (i >= most && most < kAnyNumber && is_there) {
      model_.log().add(fault("operand-count", "operand {}: expected none, as {} takes at most {}, found \"{}\"", i,
                             operator_name(row.domain, row.op_type), most, node_.input(i)));
    }
  }
  if (defined != nullptr) check_shared_types(*defined);
}

void NodeImport::check_shared_types(const OnnxOperator& defined) {
  std::map<char, int> first;  // operand with the letter
  const auto name_of = [&](int i) {
    return small(i) != nullptr ? data_type_name(small(i)->data_type) : ir::info(element(i)).name;
  };
  for (int i = 0; i < operand_count(); ++i) {
    const char letter = shared_type_of(defined, i);
    if (letter == '.' || !has(i)) continue;
    const int like = first.emplace(letter, i).first->second;
    if (element(like) == element(i) && small(like) == small(i)) continue;
    model_.log().add(fault("type-mismatch", "operand {}: expected {} (as operand {}), found {}", i, name_of(like), like,
                           name_of(i)));
  }
}

void NodeImport::check_results(const OnnxOperator& defined) {
  if (defined.most_results == kAnyNumber) return;
  for (int i = defined.most_results; i < result_count(); ++i) {
    if (!wants(i)) continue;
    model_.log().add(fault("result-count", "output {}: expected none, as {} has at most {}, found \"{}\"", i, op_type(),
                           defined.most_results, node_.output(i)));
  }
}

// Outputs of the main graph are checked at its end, once.
void NodeImport::check_declared_results() {
  const auto is_output = [&](const std::string& name) {
    return scope_.outer == nullptr && scope_.graph != nullptr &&
           std::ranges::any_of(scope_.graph->output(), [&](const auto& output) { return output.name() == name; });
  };
  for (const std::string& name : node_.output()) {
    if (!name.empty() && !is_output(name))
      model_.check_declared_element(scope_, name, fmt::format("{}: output \"{}\"", where(), name));
  }
}

void NodeImport::check_attributes(const ImportRow& row) {
  std::set<std::string_view> seen;
  for (const AttributeProto& held : node_.attribute()) {
    if (!seen.insert(held.name()).second)
      model_.log().add(fault("attribute-count", "attribute \"{}\": expected one, found two", held.name()));
  }
  if (const OnnxOperator* defined = definition(row)) {
    check_results(*defined);
    return check_defined_attributes(*defined);
  }
  if (!row.domain.empty()) return;
  for (const std::string_view name : seen) {
    if (is_private(name) || frontend::has_attribute(row, name)) continue;
    model_.log().add(fault("unknown-attribute", "expected an attribute that {} has, found \"{}\"", row.op_type, name));
  }
}

void NodeImport::check_defined_attributes(const OnnxOperator& defined) {
  std::map<std::string_view, OnnxAttribute> known;
  for_each_attribute(defined, [&](const OnnxAttribute& attribute) { known.emplace(attribute.name, attribute); });
  for (const AttributeProto& held : node_.attribute()) {
    if (is_private(held.name())) continue;
    if (const auto found = known.find(held.name()); found != known.end()) {
      (void)attribute(held.name(), found->second.type);
      continue;
    }
    ir::Diagnostic unknown =
        fault("unknown-attribute", "expected an attribute that {} has, found \"{}\"", defined.name, held.name());
    unknown.hint = attribute_hint(defined, held.name());
    model_.log().add(std::move(unknown));
  }
  for (const auto& [name, attribute] : known) {
    if (!attribute.is_required || has_attribute(name)) continue;
    model_.log().add(fault("missing-attribute", "expected an attribute \"{}\" of type {}, found none", name,
                           type_name(attribute.type)));
  }
}

ir::Graph& NodeImport::graph() const { return model_.graph(); }
ir::RegionId NodeImport::region() const { return scope_.region; }

int NodeImport::operand_count() const { return node_.input_size(); }
int NodeImport::result_count() const { return node_.output_size(); }
const std::string& NodeImport::op_type() const { return node_.op_type(); }
bool NodeImport::has(int i) const { return operand(i).valid(); }
bool NodeImport::wants(int i) const { return i < node_.output_size() && !node_.output(i).empty(); }

ir::ValueId NodeImport::operand(int i) const {
  if (i < 0 || i >= node_.input_size() || node_.input(i).empty()) return {};
  return model_.find(scope_, node_.input(i)).value;
}

const ir::TensorType& NodeImport::type(ir::ValueId value) const {
  return value.valid() ? graph().values[value].type : no_type();
}
ir::ElementType NodeImport::element(int i) const { return type(operand(i)).element; }
int NodeImport::rank(int i) const { return static_cast<int>(shape(i).size()); }
const ir::Shape& NodeImport::shape(int i) const { return type(operand(i)).shape; }

ir::Expr NodeImport::dimension(ir::ValueId value, size_t axis) const {
  const ir::Shape& shape = type(value).shape;
  if (axis < shape.size()) return shape[axis];
  if (!failed_) {
    failed_ = true;
    model_.log().add(
        fault("rank-mismatch", "{}: expected rank {} or more, found {}", described(value), axis + 1, shape.size()));
  }
  return graph().pool->integer(1);
}

ir::Shape NodeImport::dimensions(ir::ValueId value, size_t rank) const {
  const ir::Shape& shape = type(value).shape;
  if (shape.size() == rank) return shape;
  if (!failed_) {
    failed_ = true;
    model_.log().add(fault("rank-mismatch", "{}: expected rank {}, found {}", described(value), rank, shape.size()));
  }
  return ir::Shape(rank, graph().pool->integer(1));
}

// The operand that `value` is, as diagnostics name it.
std::string NodeImport::described(ir::ValueId value) const {
  for (int i = 0; i < operand_count(); ++i) {
    if (value.valid() && operand(i) == value) return fmt::format("operand {} \"{}\"", i, node_.input(i));
  }
  return value.valid() ? "intermediate value" : "operand that is left out";
}

const SmallElement* NodeImport::small(int i) const { return model_.small(operand(i)); }
void NodeImport::set_small(ir::ValueId value, int32_t data_type) { model_.set_small(value, data_type); }

const std::vector<ir::Expr>* NodeImport::elements(int i) const {
  if (!has(i) || ir::is_float(element(i))) return nullptr;
  const ir::Value& value = graph().values[operand(i)];
  if (value.elements) return &*value.elements;
  static const std::vector<ir::Expr> none;  // a list without elements is known whatever it holds
  return value.type.shape.size() == 1 && ir::is_constant_value(value.type.shape[0], 0) ? &none : nullptr;
}

std::optional<std::vector<int64_t>> NodeImport::known_integers(int i) const {
  const std::vector<ir::Expr>* known = elements(i);
  if (known == nullptr) return std::nullopt;
  std::vector<int64_t> integers;
  for (const ir::Expr e : *known) {
    const std::optional<int64_t> integer = ir::constant_integer(e);
    if (!integer) return std::nullopt;
    integers.push_back(*integer);
  }
  return integers;
}

std::optional<std::vector<double>> NodeImport::known_numbers(int i) const {
  if (!has(i)) return std::nullopt;
  const ir::Value& value = graph().values[operand(i)];
  std::vector<double> numbers;
  if (value.elements) {
    for (const ir::Expr e : *value.elements) {
      const std::optional<double> number = ir::constant_number(e);
      if (!number) return std::nullopt;
      numbers.push_back(*number);
    }
    return numbers;
  }
  constexpr int64_t kMostNumbers = 4096;
  if (!value.constant || value.constant->element_count() > kMostNumbers) return std::nullopt;
  for (int64_t k = 0; k < value.constant->element_count(); ++k) {
    const ir::Scalar scalar = value.constant->at(k);
    numbers.push_back(ir::is_float(value.constant->element) ? scalar.number : static_cast<double>(scalar.integer));
  }
  return numbers;
}

const ir::Literal* NodeImport::literal(int i) const {
  if (!has(i)) return nullptr;
  const ir::Value& value = graph().values[operand(i)];
  return value.constant ? &*value.constant : nullptr;
}

std::optional<std::vector<int64_t>> NodeImport::declared_dims(int i) const {
  if (!wants(i)) return std::nullopt;
  const std::optional<ir::TensorType> declared = model_.declared_type(scope_, node_.output(i));
  return declared ? ir::static_dims(declared->shape) : std::nullopt;
}

const std::vector<ir::ValueId>* NodeImport::sequence(int i) const {
  if (i >= node_.input_size() || node_.input(i).empty()) return nullptr;
  const Name& name = model_.find(scope_, node_.input(i));
  return name.state == NameState::kSequence ? &name.sequence : nullptr;
}

void NodeImport::set_sequence(int i, std::vector<ir::ValueId> sequence) {
  if (failed_ || !wants(i)) return;
  scope_.names[node_.output(i)] = {NameState::kSequence, {}, std::move(sequence)};
}

// --- Attributes.

const AttributeProto* NodeImport::attribute(std::string_view name) const {
  for (const AttributeProto& held : node_.attribute()) {
    if (held.name() != name) continue;
    if (held.ref_attr_name().empty()) return &held;
    if (scope_.call == nullptr) return nullptr;
    const auto found = scope_.call->attributes.find(held.ref_attr_name());
    return found == scope_.call->attributes.end() ? nullptr : found->second;
  }
  return nullptr;
}

const AttributeProto* NodeImport::attribute(std::string_view name, int type) const {
  const AttributeProto* held = attribute(name);
  if (held == nullptr || held->type() == type || held->type() == AttributeProto::UNDEFINED) return held;
  failed_ = true;
  model_.log().add(fault("attribute-type", "attribute \"{}\": expected type {}, found {}", name, type_name(type),
                         type_name(held->type())));
  return nullptr;
}

bool NodeImport::has_attribute(std::string_view name) const { return attribute(name) != nullptr; }

bool NodeImport::flag(std::string_view name, bool otherwise) const {
  const int64_t value = integer(name, otherwise ? 1 : 0);
  if (value != 0 && value != 1 && !failed_) {
    failed_ = true;
    model_.log().add(fault("attribute-range", "attribute \"{}\": expected 0 or 1, found {}", name, value));
  }
  return value != 0;
}

int64_t NodeImport::integer(std::string_view name, int64_t otherwise) const {
  const AttributeProto* held = attribute(name, AttributeProto::INT);
  return held == nullptr ? otherwise : held->i();
}

double NodeImport::number(std::string_view name, double otherwise) const {
  const AttributeProto* held = attribute(name, AttributeProto::FLOAT);
  return held == nullptr ? otherwise : static_cast<double>(held->f());
}

std::string NodeImport::text(std::string_view name, std::string_view otherwise) const {
  const AttributeProto* held = attribute(name, AttributeProto::STRING);
  return held == nullptr ? std::string(otherwise) : held->s();
}

std::vector<std::string> NodeImport::texts(std::string_view name) const {
  const AttributeProto* held = attribute(name, AttributeProto::STRINGS);
  if (held == nullptr) return {};
  return {held->strings().begin(), held->strings().end()};
}

std::vector<int64_t> NodeImport::integers(std::string_view name, std::vector<int64_t> otherwise) const {
  const AttributeProto* held = attribute(name, AttributeProto::INTS);
  if (held == nullptr) return otherwise;
  return {held->ints().begin(), held->ints().end()};
}

std::vector<double> NodeImport::numbers(std::string_view name, std::vector<double> otherwise) const {
  const AttributeProto* held = attribute(name, AttributeProto::FLOATS);
  if (held == nullptr) return otherwise;
  return {held->floats().begin(), held->floats().end()};
}

ir::Result<ir::Literal> NodeImport::tensor(std::string_view name) const {
  const AttributeProto* held = attribute(name, AttributeProto::TENSOR);
  if (held == nullptr)
    return fault("missing-attribute", "expected an attribute \"{}\" with a tensor, found none", name);
  return model_.literal(held->t(), fmt::format("{}: attribute \"{}\"", where(), name));
}

int32_t NodeImport::tensor_data_type(std::string_view name) const {
  const AttributeProto* held = attribute(name, AttributeProto::TENSOR);
  return held == nullptr ? 0 : held->t().data_type();
}

const onnx::GraphProto* NodeImport::subgraph(std::string_view name) const {
  const AttributeProto* held = attribute(name, AttributeProto::GRAPH);
  return held == nullptr ? nullptr : &held->g();
}

// --- Building.

std::string NodeImport::fresh_name() const {
  return model_.unique_name(scope_.prefix + std::string(name_of(node_)) + ".value");
}

ir::OpId NodeImport::add_op(const ir::OpInfo& info, std::vector<ir::ValueId> operands, ir::Attributes attributes,
                            int results) {
  while (!operands.empty() && !operands.back().valid()) operands.pop_back();
  std::vector<std::string> names;
  for (int i = 0; i < results; ++i) names.push_back(fresh_name());
  return graph().add_op(region(), info, std::move(operands), std::move(attributes), std::move(names), where());
}

std::vector<ir::ValueId> NodeImport::typed_results(ir::OpId op) {
  if (ir::Status status = ir::infer_types(graph(), op); !status) {
    failed_ = true;
    model_.log().add(status);
    return std::vector<ir::ValueId>(graph().ops[op].results.size());
  }
  unnamed_.insert(unnamed_.end(), graph().ops[op].results.begin(), graph().ops[op].results.end());
  return graph().ops[op].results;
}

std::vector<ir::ValueId> NodeImport::emit_many(const ir::OpInfo& info, std::vector<ir::ValueId> operands,
                                               ir::Attributes attributes, int results) {
  if (failed_) return std::vector<ir::ValueId>(static_cast<size_t>(results));
  return typed_results(add_op(info, std::move(operands), std::move(attributes), results));
}

ir::ValueId NodeImport::emit(const ir::OpInfo& info, std::vector<ir::ValueId> operands, ir::Attributes attributes) {
  return emit_many(info, std::move(operands), std::move(attributes), 1)[0];
}

std::vector<ir::ValueId> NodeImport::emit_with_regions(const ir::OpInfo& info, std::vector<ir::ValueId> operands,
                                                       ir::Attributes attributes, std::vector<ir::RegionId> regions,
                                                       int results) {
  if (failed_) return std::vector<ir::ValueId>(static_cast<size_t>(results));
  const ir::OpId op = add_op(info, std::move(operands), std::move(attributes), results);
  graph().ops[op].regions = std::move(regions);
  return typed_results(op);
}

ir::ValueId NodeImport::constant(ir::Literal literal) {
  const ir::ValueId value = graph().add_constant(fresh_name(), std::move(literal));
  unnamed_.push_back(value);
  return value;
}

ir::ValueId NodeImport::integers_constant(std::span<const int64_t> values) {
  return constant(ir::make_i64_literal(values));
}

ir::ValueId NodeImport::scalar_constant(double value, ir::ElementType element) {
  ir::Scalar number;
  number.number = value;
  std::vector<std::byte> bytes(static_cast<size_t>(ir::size_of(element)));
  ir::store_scalar(bytes.data(), element, ir::convert(number, ir::ElementType::kF64, element));
  return constant(ir::make_literal(element, {}, std::move(bytes)));
}

void NodeImport::set_result(int i, ir::ValueId value) {
  if (failed_ || !value.valid() || !wants(i)) return;
  const auto unnamed = std::ranges::find(unnamed_, value);
  if (unnamed != unnamed_.end()) {
    unnamed_.erase(unnamed);
    model_.rename(value, scope_.prefix + node_.output(i));
  }
  model_.bind(scope_, node_.output(i), value);
}

std::string NodeImport::where() const { return where_of(node_, scope_.call); }

}  // namespace burin::frontend
