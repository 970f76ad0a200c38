// Indices as vectors with one place that differs.
#include "ir/ops/indexing.h"
#include "ir/ops/lowering.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const OneHot& attributes = op.attributes<OneHot>();
  if (attributes.depth.size() != 1)
    return op.fault("rank-mismatch", "attribute \"depth\": expected 1 number, found {}", attributes.depth.size());
  if (attributes.axis > op.rank(0))
    return op.fault("axis-range", "attribute \"axis\": expected 0 to {}, found {}", op.rank(0), attributes.axis);
  if (op.element(0) == ElementType::kBool) return op.fault("type-mismatch", "operand 0: expected numbers, found bool");
  if (Status status = op.require_rank(1, 1, 1); !status) return status;
  if (static_element_count(op.shape(1)) != 2)
    return op.fault("shape-mismatch", "operand 1: expected 2 elements, off and on, found [{}]", text_of(op.shape(1)));
  Shape shape = op.shape(0);
  shape.insert(shape.begin() + attributes.axis, attributes.depth[0]);
  op.set_result(0, op.element(1), std::move(shape));
  return {};
}

void lower(Lowering& op) {
  const OneHot& attributes = op.attributes<OneHot>();
  lower_map(op, [&](std::span<const Expr> i) {
    std::vector<Expr> at(i.begin(), i.end());
    at.erase(at.begin() + attributes.axis);
    const Expr hot = index_from_front(cast(op.at(0, at), ElementType::kI64), attributes.depth[0]);
    const Expr off[] = {op.pool().integer(0)};
    const Expr on[] = {op.pool().integer(1)};
    return select(equal(hot, i[static_cast<size_t>(attributes.axis)]), op.at(1, on), op.at(1, off));
  });
}

}  // namespace

constinit const OpInfo kOneHot{
    .name = "one_hot",
    .doc =
        "A new `axis` of `depth`: values[1] where the place is the index, values[0] elsewhere. Operands indices, "
        "values. ONNX OneHot-11.",
    .outside = "values[0] everywhere",
    .least_operands = 2,
    .most_operands = 2,
    .schema = &schema_of<OneHot>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
