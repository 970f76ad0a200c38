// The loss of a classification by its log-probabilities.
#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"
#include "ir/ops/numeric.h"

namespace burin::ir {
namespace {

// x: [N, C, ...] of log-probabilities, classes: integers [N, ...], weights: [C]. Results [N, ...]: loss, and weight counted.
Status infer_log_likelihood(Inference& op) {
  if (Status status = op.require_rank(0, 2, INT32_MAX); !status) return status;
  if (Status status = op.require_float(0); !status) return status;
  if (Status status = require_indices(op, 1); !status) return status;
  if (Status status = op.require_rank(1, op.rank(0) - 1, op.rank(0) - 1); !status) return status;
  Shape shape = op.shape(0);
  shape.erase(shape.begin() + 1);
  for (size_t d = 0; d < shape.size(); ++d) {
    if (Status status = op.require_same_dimension(0, d == 0 ? 0 : d + 1, 1, d); !status) return status;
  }
  if (op.has(2)) {
    if (Status status = op.require_same_element(0, 2); !status) return status;
    if (Status status = op.require_rank(2, 1, 1); !status) return status;
    if (Status status = op.require_same_dimension(0, 1, 2, 0); !status) return status;
  }
  op.set_result(0, op.element(0), shape);
  op.set_result(1, op.element(0), std::move(shape));
  return {};
}

// t = classes[n, ...];  weight = t is ignored ? 0 : weights[t];  loss = -x[n, t, ...] * weight
void lower_log_likelihood(Lowering& op) {
  const auto& attributes = op.attributes<LogLikelihood>();
  NestBuilder nest = op.nest();
  const std::vector<Expr> i = nest.parallel(op.result_shape(0));
  const Expr target = cast(op.at(1, i), ElementType::kI64);
  std::vector<Expr> source = i;
  source.insert(source.begin() + 1, target);
  const Expr x = widen(op.at_or(0, source, zero(op.pool(), op.element(0))));
  Expr weight = constant_like(x, 1);
  if (op.has(2)) weight = widen(op.at_or(2, {&target, 1}, zero(op.pool(), op.element(2))));
  if (attributes.ignores)
    weight = select(equal(target, op.pool().integer(attributes.ignored_class)), constant_like(x, 0), weight);
  nest.write(op.result(0), i, narrow(-(x * weight), op.result_element(0)));
  nest.write(op.result(1), i, narrow(weight, op.result_element(1)));
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kLogLikelihood{
    .name = "log_likelihood",
    .doc =
        "-x[n, t, ..] * weights[t] for the class t of each position, and the weight counted, both 0 for an ignored "
        "class; of "
        "log-probabilities, classes and optional weights. ONNX NegativeLogLikelihoodLoss.",
    .outside = "for a class outside 0 is read",
    .least_operands = 2,
    .most_operands = 3,
    .results = 2,
    .schema = &schema_of<LogLikelihood>,
    .infer = infer_log_likelihood,
    .lower = lower_log_likelihood};

}  // namespace burin::ir
