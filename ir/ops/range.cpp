// An arithmetic progression.
#include "ir/ops/lowering.h"
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const std::vector<Expr>& size = op.attributes<Range>().size;
  if (size.size() != 1)
    return op.fault("rank-mismatch", "attribute \"size\": expected 1 number, found {}", size.size());
  if (Status status = op.require_same_element(0, 1); !status) return status;
  for (int i = 0; i < 2; ++i) {
    if (static_element_count(op.shape(i)) != 1)
      return op.fault("shape-mismatch", "operand {}: expected 1 element, found [{}]", i, text_of(op.shape(i)));
  }
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected a number, found bool");
  op.set_result(0, op.element(0), size);
  return {};
}

void lower(Lowering& op) {
  lower_map(op, [&](std::span<const Expr> i) {
    const auto first = [&](int operand) {
      return widen(op.at(operand, std::vector<Expr>(op.shape(operand).size(), op.pool().integer(0))));
    };
    return first(0) + cast(i[0], compute_type(op.element(0))) * first(1);
  });
}

}  // namespace

constinit const OpInfo kRange{
    .name = "range",
    .doc = "y[i] = start + i * delta for i below `size`. Operands start, delta: a single element each. ONNX Range-11.",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<Range>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
