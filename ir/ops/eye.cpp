// A matrix that is 1 on one diagonal.
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const Eye& eye = op.attributes<Eye>();
  if (eye.shape.size() != 2)
    return op.fault("rank-mismatch", "attribute \"shape\": expected 2 dimensions, found {}", eye.shape.size());
  op.set_result(0, eye.element, eye.shape);
  return {};
}

void lower(Lowering& op) {
  const Eye& eye = op.attributes<Eye>();
  const ValueType type{eye.element, 1};
  lower_map(op, [&](std::span<const Expr> i) {
    return select(equal(i[1], i[0] + eye.diagonal), op.pool().number(1, type), op.pool().number(0, type));
  });
}

}  // namespace

constinit const OpInfo kEye{
    .name = "eye",
    .doc = "y[i,j] = 1 where j - i is `diagonal`, else 0. ONNX EyeLike-22.",
    .least_operands = 0,
    .most_operands = 0,
    .schema = &schema_of<Eye>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
