// Rows and types of the ops with regions; what they become is in control_lowering.cpp.
#include "ir/ops/control.h"

#include <algorithm>

#include "ir/expr/linear.h"
#include "ir/ops/lowering.h"

namespace burin::ir {
namespace {

const Region& region(const Inference& op, size_t i) { return op.graph().regions[op.op().regions[i]]; }
const TensorType& type_of(const Inference& op, ValueId value) { return op.graph().values[value].type; }

Status require_single(const Inference& op, int operand, ElementType element) {
  if (op.element(operand) != element) {
    return op.fault("type-mismatch", "operand {}: expected {}, found {}", operand, info(element).name,
                    info(op.element(operand)).name);
  }
  const std::optional<int64_t> count = static_element_count(op.shape(operand));
  if (count == 1) return {};
  return op.fault("shape-mismatch", "operand {}: expected 1 element, found {}", operand, count.value_or(-1));
}

Status require_operands(const Inference& op, int first) {
  for (int i = first; i < op.operand_count(); ++i) {
    if (!op.has(i)) return op.fault("operand-count", "operand {}: expected a tensor, found none", i);
  }
  return {};
}

// That region `i` has so many parameters, and yields so many values.
Status require_counts(const Inference& op, size_t i, size_t parameters, size_t yields) {
  if (i >= op.op().regions.size())
    return op.fault("region", "expected at least {} regions, found {}", i + 1, op.op().regions.size());
  for (ValueId yielded : region(op, i).yields) {
    if (!yielded.valid()) return op.fault("region", "region {}: expected a value to be yielded, found none", i);
  }
  if (region(op, i).parameters.size() != parameters) {
    return op.fault("region", "region {}: expected {} parameters, found {}", i, parameters,
                    region(op, i).parameters.size());
  }
  if (region(op, i).yields.size() == yields) return {};
  return op.fault("region", "region {}: expected {} values to be yielded, found {}", i, yields,
                  region(op, i).yields.size());
}

// The type that holds for values of both types: dimensions that differ are known only while running.
Result<TensorType> common_type(Inference& op, const TensorType& a, const TensorType& b, size_t result) {
  if (a.element != b.element) {
    return op.fault("type-mismatch", "result {}: expected one element type, found {} and {}", result,
                    info(a.element).name, info(b.element).name);
  }
  if (a.shape.size() != b.shape.size()) {
    return op.not_supported("result {}: expected one rank, found {} and {}", result, a.shape.size(), b.shape.size());
  }
  TensorType type = a;
  for (size_t d = 0; d < a.shape.size(); ++d) {
    if (provably_equal(a.shape[d], b.shape[d])) continue;
    const std::string name = op.graph().values[op.op().results[result]].name;
    type.shape[d] = op.opaque_count(fmt::format("{}.d{}", name, d), max(a.shape[d], b.shape[d]));
  }
  return type;
}

Status infer_if(Inference& op) {
  if (Status status = require_single(op, 0, ElementType::kBool); !status) return status;
  const size_t results = op.op().results.size();
  for (size_t i = 0; i < 2; ++i) {
    if (Status status = require_counts(op, i, 0, results); !status) return status;
  }
  for (size_t i = 0; i < results; ++i) {
    const TensorType then_type = type_of(op, region(op, 0).yields[i]);
    Result<TensorType> type = common_type(op, then_type, type_of(op, region(op, 1).yields[i]), i);
    if (!type) return type.faults();
    op.set_result(static_cast<int>(i), type->element, std::move(type->shape));
  }
  return {};
}

bool is_count(const Graph& graph, Expr dimension) {
  return is_variable(dimension) &&
         std::ranges::find(graph.opaque_symbols, variable_of(dimension)) != graph.opaque_symbols.end();
}

// `last` is what the region yields for the carried value that starts as `first` and is `parameter` inside.
Result<TensorType> carried_type(Inference& op, const TensorType& first, const TensorType& parameter,
                                const TensorType& last, size_t result) {
  if (parameter.element != last.element || first.element != last.element) {
    return op.fault("type-mismatch", "carried value {}: expected {} as at the start, found {}", result,
                    info(first.element).name, info(last.element).name);
  }
  if (parameter.shape.size() != last.shape.size() || first.shape.size() != last.shape.size()) {
    return op.not_supported("carried value {}: expected rank {} as at the start, found {}", result, first.shape.size(),
                            last.shape.size());
  }
  for (size_t d = 0; d < last.shape.size(); ++d) {
    const Expr inside = parameter.shape[d];
    if (is_count(op.graph(), inside)) continue;
    if (provably_equal(inside, last.shape[d]) && provably_equal(inside, first.shape[d])) continue;
    return op.not_supported("carried value {}: expected dimension {} to be the same after an iteration, found another",
                            result, d);
  }
  return common_type(op, first, last, result);
}

Status infer_loop(Inference& op) {
  if (op.operand_count() < 2 && op.operand_count() > 0 && !op.has(0)) {
    return op.fault("operand-count", "expected at least 2 operands, found {}", op.operand_count());
  }
  if (op.has(0)) {
    if (Status status = require_single(op, 0, ElementType::kI64); !status) return status;
  }
  if (op.has(1)) {
    if (Status status = require_single(op, 1, ElementType::kBool); !status) return status;
  }
  if (Status status = require_operands(op, 2); !status) return status;
  const auto carried = static_cast<size_t>(std::max(op.operand_count() - 2, 0));
  const size_t results = op.op().results.size();
  if (results < carried) return op.fault("results", "expected at least {} results, found {}", carried, results);
  if (Status status = require_counts(op, 0, carried + 2, results + 1); !status) return status;
  const Region body = region(op, 0);
  for (size_t i = 0; i < carried; ++i) {
    Result<TensorType> type = carried_type(op, op.operand(static_cast<int>(i) + 2).type,
                                           type_of(op, body.parameters[i + 2]), type_of(op, body.yields[i + 1]), i);
    if (!type) return type.faults();
    op.set_result(static_cast<int>(i), type->element, std::move(type->shape));
  }
  if (results == carried) return {};
  const Iterations iterations = iterations_of(op.graph(), op.op());
  const Expr count =
      iterations.is_exact
          ? iterations.most
          : op.opaque_count(op.graph().values[op.op().results[0]].name + ".count",
                            iterations.most.valid() ? iterations.most : op.pool().integer(kMostIterations));
  for (size_t i = carried; i < results; ++i) {
    TensorType type = type_of(op, body.yields[i + 1]);
    type.shape.insert(type.shape.begin(), count);
    op.set_result(static_cast<int>(i), type.element, std::move(type.shape));
  }
  return {};
}

Status infer_scan(Inference& op) {
  const auto sequences = static_cast<size_t>(op.attributes<Scan>().sequences);
  const auto operands = static_cast<size_t>(op.operand_count());
  if (sequences < 1 || sequences > operands) {
    return op.fault("attribute-range", "attribute \"sequences\": expected 1 to {}, found {}", operands, sequences);
  }
  if (Status status = require_operands(op, 0); !status) return status;
  const size_t results = op.op().results.size();
  const size_t carried = operands - sequences;
  if (results < carried) return op.fault("results", "expected at least {} results, found {}", carried, results);
  if (Status status = require_counts(op, 0, operands, results); !status) return status;
  const Region body = region(op, 0);
  const int first = static_cast<int>(carried);
  for (int i = first; i < op.operand_count(); ++i) {
    if (Status status = op.require_rank(i, 1, kMostRank); !status) return status;
    if (Status status = op.require_same_dimension(first, 0, i, 0); !status) return status;
  }
  for (size_t i = 0; i < results; ++i) {
    TensorType type = type_of(op, body.yields[i]);
    if (i < carried) {
      Result<TensorType> common =
          carried_type(op, op.operand(static_cast<int>(i)).type, type_of(op, body.parameters[i]), type, i);
      if (!common) return common.faults();
      type = *common;
    } else {
      type.shape.insert(type.shape.begin(), op.shape(first)[0]);
    }
    op.set_result(static_cast<int>(i), type.element, std::move(type.shape));
  }
  return {};
}

}  // namespace

Iterations iterations_of(const Graph& graph, const Op& loop) {
  const auto elements = [&](size_t operand) -> const std::vector<Expr>* {
    const Value& value = graph.values[loop.operands[operand]];
    return value.elements ? &*value.elements : nullptr;
  };
  const auto has = [&](size_t operand) { return operand < loop.operands.size() && loop.operands[operand].valid(); };
  const Region& body = graph.regions[loop.regions[0]];
  const Value& again = graph.values[body.yields[0]];
  const bool stays_true =
      body.yields[0] == body.parameters[1] || (again.elements && is_constant_value(again.elements->at(0), 1));
  const bool starts = !has(1) || (elements(1) != nullptr && is_constant_value(elements(1)->at(0), 1));
  const std::vector<Expr>* trips = has(0) ? elements(0) : nullptr;
  if (trips == nullptr) return {};
  const bool is_exact = stays_true && starts;
  if (!is_exact && trips->at(0)->high > kMostIterations) return {};
  return {max(trips->at(0), graph.pool->integer(0)), is_exact};
}

constinit const OpInfo kIf{
    .name = "if",
    .doc =
        "What the first region yields where the condition holds, else what the second does. Operand: a single bool. "
        "ONNX If-25.",
    .results = 0,
    .regions = 2,
    .infer = infer_if,
    .lower = lower_if,
};

constinit const OpInfo kLoop{
    .name = "loop",
    .doc =
        "Runs its region at most `trips` times and while the condition that it yields first holds, carrying values; "
        "results are "
        "those, then what the region yields beyond, stacked along a new first axis. Operands trips (i64), condition "
        "(bool), either "
        "may be left out, then what is carried; the region's parameters are the count, the condition, and what is "
        "carried. ONNX Loop-25.",
    .least_operands = 0,
    .most_operands = INT32_MAX,
    .results = 0,
    .regions = 1,
    .infer = infer_loop,
    .lower = lower_loop,
};

constinit const OpInfo kScan{
    .name = "scan",
    .doc =
        "Runs its region on each step along the first axis of the last `sequences` operands, carrying the others; "
        "results are those, "
        "then what the region yields beyond, stacked along a new first axis. ONNX Scan-25.",
    .most_operands = INT32_MAX,
    .results = 0,
    .schema = &schema_of<Scan>,
    .regions = 1,
    .infer = infer_scan,
    .lower = lower_scan,
};

}  // namespace burin::ir
