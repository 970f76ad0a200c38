// Sizes as data.
#include "ir/ops/movement.h"

namespace burin::ir {
namespace {

Status infer(Inference& op) {
  const Dimensions& attributes = op.attributes<Dimensions>();
  const auto count = static_cast<int64_t>(attributes.values.size());
  if (attributes.rank == 0 && count != 1)
    return op.fault("attribute-range", "attribute \"values\": expected 1 value for rank 0, found {}", count);
  op.set_result(0, ElementType::kI64, attributes.rank == 0 ? Shape{} : Shape{op.pool().integer(count)});
  return {};
}

void lower(Lowering& op) {
  const std::vector<Expr>& values = op.attributes<Dimensions>().values;
  if (values.empty()) return;
  NestBuilder nest = op.nest();
  const std::vector<Expr> index = nest.parallel(op.result_shape(0));
  const Expr at = index.empty() ? op.pool().integer(0) : index[0];
  Expr value = values.back();
  for (size_t i = values.size() - 1; i-- > 0;)
    value = select(equal(at, op.pool().integer(static_cast<int64_t>(i))), values[i], value);
  nest.write(op.result(0), index, value);
  op.emit(nest);
}

}  // namespace

constinit const OpInfo kDimensions{
    .name = "dimensions",
    .doc =
        "The values of expressions over the dimensions of the inputs, as i64[n], or i64[] with `rank` 0. ONNX Shape-25 "
        "and Size-25.",
    .least_operands = 0,
    .most_operands = 0,
    .schema = &schema_of<Dimensions>,
    .infer = infer,
    .lower = lower,
};

}  // namespace burin::ir
