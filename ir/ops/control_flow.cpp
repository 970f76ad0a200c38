#include "ir/ops/control_flow.h"

#include "ir/linear.h"

namespace burin::ir {
namespace {

const TensorType& yielded_type(const Inference& op, int region, size_t i) {
  const Graph& graph = op.graph();
  return graph.values[graph.regions[op.op().regions[static_cast<size_t>(region)]].yields[i]].type;
}

Status require_scalar(const Inference& op, int operand, ElementType element) {
  if (op.element(operand) != element) {
    return op.fault("type-mismatch", "operand {}: expected {}, found {}", operand, info(element).name,
                    info(op.element(operand)).name);
  }
  const std::optional<int64_t> count = static_element_count(op.shape(operand));
  if (count == 1) return {};
  return op.fault("shape-mismatch", "operand {}: expected 1 element, found {}", operand, count.value_or(-1));
}

Status require_counts(const Inference& op, int region, size_t parameters, size_t yields) {
  const Region& body = op.graph().regions[op.op().regions[static_cast<size_t>(region)]];
  for (ValueId yielded : body.yields) {
    if (!yielded.valid()) return op.fault("region", "region {}: expected a value to be yielded, found none", region);
  }
  if (body.parameters.size() != parameters) {
    return op.fault("region", "region {}: expected {} parameters, found {}", region, parameters,
                    body.parameters.size());
  }
  if (body.yields.size() == yields) return {};
  return op.fault("region", "region {}: expected {} values to be yielded, found {}", region, yields,
                  body.yields.size());
}

Status require_same_type(Inference& op, const TensorType& a, const TensorType& b, std::string_view what) {
  if (a.element != b.element || a.shape.size() != b.shape.size()) {
    return op.fault("type-mismatch", "{}: expected {} of rank {}, found {} of rank {}", what, info(a.element).name,
                    a.shape.size(), info(b.element).name, b.shape.size());
  }
  for (size_t i = 0; i < a.shape.size(); ++i) {
    if (Status status = op.require_equal(a.shape[i], b.shape[i], what); !status) return status;
  }
  return {};
}

Status infer_if(Inference& op) {
  if (Status status = require_scalar(op, 0, ElementType::kBool); !status) return status;
  const size_t results = op.op().results.size();
  for (int region = 0; region < 2; ++region) {
    if (Status status = require_counts(op, region, 0, results); !status) return status;
  }
  for (size_t i = 0; i < results; ++i) {
    const TensorType type = yielded_type(op, 0, i);
    if (Status status = require_same_type(op, type, yielded_type(op, 1, i), "branches"); !status) return status;
    op.set_result(static_cast<int>(i), type.element, type.shape);
  }
  return {};
}

// The number of iterations where it is known before the loop runs: a trip count, and no condition to end it early.
Result<Expr> trip_count(Inference& op) {
  const std::vector<Expr>* trip = op.has(0) ? op.elements(0) : nullptr;
  const bool known = trip != nullptr && trip->size() == 1;
  if (known && !op.has(1)) return max((*trip)[0], op.pool().integer(0));
  const bool bounded = known && (*trip)[0]->high < (int64_t{1} << 31);
  if (!bounded) return op.not_supported("a loop that collects values and has no known bound on its iterations");
  const std::string name = op.graph().values[op.op().results[0]].name + ".count";
  return op.opaque_count(name, max((*trip)[0], op.pool().integer(0)));
}

Status infer_loop(Inference& op) {
  if (op.operand_count() < 2)
    return op.fault("operand-count", "expected at least 2 operands, found {}", op.operand_count());
  if (op.has(0)) {
    if (Status status = require_scalar(op, 0, ElementType::kI64); !status) return status;
  }
  if (op.has(1)) {
    if (Status status = require_scalar(op, 1, ElementType::kBool); !status) return status;
  }
  const auto carried = static_cast<size_t>(op.operand_count()) - 2;
  const size_t results = op.op().results.size();
  if (results < carried) return op.fault("results", "expected at least {} results, found {}", carried, results);
  if (Status status = require_counts(op, 0, carried + 2, results + 1); !status) return status;
  const Region body = op.graph().regions[op.op().regions[0]];
  for (size_t i = 0; i < carried; ++i) {
    const int operand = static_cast<int>(i) + 2;
    if (!op.has(operand))
      return op.fault("operand-count", "operand {}: expected a carried tensor, found none", operand);
    const TensorType initial = op.operand(operand).type;
    const TensorType inside = op.graph().values[body.parameters[i + 2]].type;
    if (Status status = require_same_type(op, initial, inside, "carried tensor"); !status) return status;
    if (Status status = require_same_type(op, inside, yielded_type(op, 0, i + 1), "carried tensor"); !status)
      return status;
    op.set_result(static_cast<int>(i), initial.element, initial.shape);
  }
  if (results == carried) return {};
  const Result<Expr> count = trip_count(op);
  if (!count) return count.faults();
  for (size_t i = carried; i < results; ++i) {
    const TensorType piece = yielded_type(op, 0, i + 1);
    Shape shape = {*count};
    shape.insert(shape.end(), piece.shape.begin(), piece.shape.end());
    op.set_result(static_cast<int>(i), piece.element, std::move(shape));
  }
  return {};
}

}  // namespace

constinit const OpInfo kIf{.name = "if",
                           .doc =
                               "The values that the first region yields when the condition (bool, one element) holds, "
                               "else those of the second. ONNX If.",
                           .regions = 2,
                           .infer = infer_if};

constinit const OpInfo kLoop{.name = "loop",
                             .doc =
                                 "Runs its region (iteration, condition, carried..) -> (condition, carried.., "
                                 "collected..) at most `trip` times while the "
                                 "condition holds; operands trip, condition, carried... Results: what is carried at "
                                 "the end, then what was collected, "
                                 "stacked. ONNX Loop.",
                             .least_operands = 0,  // the first two may be left out
                             .most_operands = INT32_MAX,
                             .results = 0,
                             .regions = 1,
                             .infer = infer_loop};

}  // namespace burin::ir
