// What an op is: one row, in ir/ops/<op>.cpp, that holds its name, documentation, attributes, type inference and lowering
// to nests. The row is the opcode: an Op points at it. The table of all rows is ir/ops/all.cpp; the printer, the parser,
// `burin ops`, docs/operators.md and the hostile-attribute tests walk it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/base/result.h"
#include "ir/graph/graph.h"
#include "ir/nest/nest.h"

namespace burin::ir {

// What a row's inference sees: the op with its operands' types, and where to put the results' types.
class Inference {
 public:
  Inference(Graph& graph, OpId op) : graph_(graph), op_(op) {}

  ExprPool& pool() const { return *graph_.pool; }
  const Graph& graph() const { return graph_; }
  const Op& op() const { return graph_.ops[op_]; }
  template <class T>
  const T& attributes() const {
    return op().attributes.as<T>();
  }

  int operand_count() const { return static_cast<int>(op().operands.size()); }
  bool has(int operand) const {
    return operand < operand_count() && op().operands[static_cast<size_t>(operand)].valid();
  }
  const Value& operand(int i) const { return graph_.values[op().operands[static_cast<size_t>(i)]]; }
  const Shape& shape(int i) const { return operand(i).type.shape; }
  int rank(int i) const { return static_cast<int>(shape(i).size()); }
  ElementType element(int i) const { return operand(i).type.element; }
  // The elements of a small integer operand as expressions; null when they are not known at compile time.
  const std::vector<Expr>* elements(int i) const;
  // Elements that are all known numbers.
  std::optional<std::vector<int64_t>> integers(int i) const;
  // The whole value of a constant operand; null otherwise.
  const Literal* constant(int i) const;

  void set_result(int i, ElementType element, Shape shape);
  // States that two dimensions are equal: provably, or to be checked at run time. A fault when they can never be, which
  // names what is compared, and in brackets where what is expected comes from.
  Status require_equal(Expr expected, Expr found, std::string_view what);
  // States that every pair relates as it says, in the same way.
  Status require(std::span<const RelatedDimensions> pairs, std::string_view what);
  Status require_dimension(int operand, size_t dimension, Expr expected, std::string_view from);
  // Dimension `at` of an operand is like dimension `like_at` of the operand `like`.
  Status require_same_dimension(int like, size_t like_at, int operand, size_t at);
  // The shape that the operands from `first` on broadcast to.
  Result<Shape> broadcast_shape(int first);
  // Dimension `dimension` of an operand is repeated to `to`: they are equal, or it is 1.
  Status require_repeated(int operand, size_t dimension, Expr to, std::string_view from);
  // `operand 1 "w" f32[4,3]`
  std::string described(int operand) const;
  // A new symbol for a count known only while running, between 0 and `most`.
  Expr opaque_count(std::string name, Expr most);

  // Diagnostics located at the op: `fault("rank-mismatch", "operand \"x\": expected rank 4, found {}", rank)`.
  template <class... Args>
  Diagnostic fault(std::string_view kind, fmt::format_string<Args...> format, Args&&... args) const {
    return input_fault(kind, op().origin, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  Diagnostic not_supported(fmt::format_string<Args...> format, Args&&... args) const {
    return unsupported("unsupported", op().origin, format, std::forward<Args>(args)...);
  }
  // Common checks, with both values in the message.
  Status require_rank(int operand, int least, int most) const;
  Status require_same_element(int a, int b) const;
  Status require_float(int operand) const;

 private:
  // False when the two can never be equal; what cannot be told now is assumed.
  bool can_be_equal(Expr left, Expr right);
  bool can_relate(const RelatedDimensions& pair);

  Graph& graph_;
  OpId op_;
};

// How the ops of a region are lowered: what the rows of ops with regions ask for.
struct RegionLowering {
  std::function<TensorId(ValueId)> tensor;                // of a value in a region, or around it
  std::function<void(ValueId, TensorId)> bind;            // lets a parameter be a tensor that exists
  std::function<std::vector<Statement>(RegionId)> lower;  // the statements of a region's ops
};

// What a row's lowering sees: the op, its operands and results as tensors of the program.
class Lowering {
 public:
  Lowering(const Graph& graph, const Op& op, Program& program, std::span<const TensorId> operands,
           std::span<const TensorId> results, const RegionLowering* regions = nullptr)
      : program(program), graph_(graph), op_(op), operands_(operands), results_(results), regions_(regions) {}

  Program& program;

  ExprPool& pool() const { return *program.pool; }
  const Op& op() const { return op_; }
  template <class T>
  const T& attributes() const {
    return op_.attributes.as<T>();
  }
  int operand_count() const { return static_cast<int>(operands_.size()); }
  bool has(int i) const { return i < operand_count() && operands_[static_cast<size_t>(i)].valid(); }
  TensorId operand(int i) const { return operands_[static_cast<size_t>(i)]; }
  TensorId result(int i) const { return results_[static_cast<size_t>(i)]; }
  int result_count() const { return static_cast<int>(results_.size()); }
  const Shape& shape(int operand_index) const { return program.tensors[operand(operand_index)].shape; }
  const Shape& result_shape(int i) const { return program.tensors[result(i)].shape; }
  ElementType element(int operand_index) const { return program.tensors[operand(operand_index)].element; }
  ElementType result_element(int i) const { return program.tensors[result(i)].element; }
  // What the graph knows of an operand (constant, elements), for lowerings that specialize on it.
  const Value& value(int i) const { return graph_.values[op_.operands[static_cast<size_t>(i)]]; }

  // operand i at `index`, with and without an else-value.
  Expr at(int i, std::span<const Expr> index) const { return read(program, operand(i), index); }
  Expr at_or(int i, std::span<const Expr> index, Expr otherwise) const {
    return read_or(program, operand(i), index, otherwise);
  }
  // operand i read at an index of the result's shape, or of another one, that it broadcasts to.
  Expr broadcast_at(int i, std::span<const Expr> index) const { return broadcast_at(i, index, result_shape(0)); }
  Expr broadcast_at(int i, std::span<const Expr> index, const Shape& to) const;
  // The index with which to read a tensor of `shape` at `index` of the shape `to`: aligned at the last dimension.
  std::vector<Expr> broadcast_index(std::span<const Expr> index, const Shape& shape, const Shape& to) const;
  NestBuilder nest() const { return {program, op_.origin}; }
  void emit(NestBuilder& nest) const { program.body.push_back({nest.take()}); }
  // Of an op with regions: region `i`, and how to lower it.
  const Graph& graph() const { return graph_; }
  const Region& region(size_t i) const { return graph_.regions[op_.regions[i]]; }
  const RegionLowering& regions() const { return *regions_; }
  // A tensor for an intermediate result, named after the op's first result.
  TensorId temporary(std::string_view suffix, ElementType element, Shape shape) const;

 private:
  const Graph& graph_;
  const Op& op_;
  std::span<const TensorId> operands_;
  std::span<const TensorId> results_;
  const RegionLowering* regions_;
};

// Floats narrower than f32 are computed in f32: `widen` a value read, `narrow` one to be written.
Expr widen(Expr value);
Expr narrow(Expr value, ElementType element);
ElementType compute_type(ElementType element);

struct OpInfo {
  std::string_view name;  // "conv"; the textual form's keyword
  std::string_view
      doc;  // one or two sentences with the formula, the operands in order, and the ONNX operator it follows
  // Of an op that reads or writes at indices that are data or that extents limit: what happens to one outside.
  std::string_view outside = "";
  int least_operands = 1;
  int most_operands = 1;  // INT32_MAX: any number, none left out unless the op has regions
  int results = 1;        // the least number; an op may have more where its documentation says so
  const AttributeSchema& (*schema)() = &schema_of<NoAttributes>;
  int regions = 0;
  // Sets the type of every result, or says what is wrong with operands or attributes (ranges are checked already).
  Status (*infer)(Inference& op) = nullptr;
  // Appends the statements that compute the results. The types are inferred and right by now.
  void (*lower)(Lowering& op) = nullptr;
};

std::span<const OpInfo* const> all_ops();
const OpInfo* op_named(std::string_view name);

// Checks operand counts and attribute ranges, infers the results' types and propagates known elements and constants of small
// integer tensors through the op's own lowering. Errors are located at the op.
Status infer_types(Graph& graph, OpId op);

// Types results exactly like operand 0; the inference of most elementwise ops on one operand.
Status infer_like_operand(Inference& op);
// Broadcasts all operands, which share an element type.
Status infer_broadcast(Inference& op);

}  // namespace burin::ir
